# What is no regular file is written where it is, and standard output by its names behind what is there.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
mkfifo pipe
cat pipe | grep -c '^  "cycles": ' &
m2sim time --no-host --json -o pipe -- ./p
wait $!
ls -l pipe | cut -c1
for name in /dev/stdout /proc/self/fd/1; do
    (echo first; m2sim time --no-host --json -o $name -- ./p) >all
    head -1 all
    grep -c '^  "cycles": ' all
done
m2sim time -o /dev/full -- ./p
