# Whatever the host's limit of open files is, a folder gets all its files or the program does not run: it
# writes a byte and exits with 42.
mkelf p d2800020 910003e1 d2800022 d2800808 d4000001 d2800540 d2800ba8 d4000001
for mode in run time; do
    for limit in 32 36 40 44 48 52 56 60 64 70 80; do
        rm -rf d out
        (ulimit -n $limit; exec m2sim $mode -o d/ -- ./p) >out 2>err
        status=$?
        case $status.$(wc -c <out).$(wc -l <err).$(cd d && echo *.txt) in
        42.1.0.'report.txt stats.txt' | 7[04].0.1.'*.txt') ;;
        *) echo "$mode, $limit open files: status $status, $(ls d), $(cat err)" ;;
        esac
    done
    echo "$status"
done
