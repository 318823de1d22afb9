# Each is one line and 65; where something can be read, it is.
say() {
    "$@" >/dev/null 2>err
    echo "$? $(cat err)"
}
mkelf whole
mkelf cut truncate=40
mkelf short truncate=100
mkelf nothing flags=6
mkelf foreign machine=62
head -c 64 /dev/zero >zeroes
mkdir folder
for file in cut nothing foreign zeroes folder missing; do
    say m2sim disasm ./$file
    say m2sim isa ./$file
done
say m2sim disasm ./short
say m2sim disasm ./whole main
say m2sim disasm --start 1 --stop 5 ./whole
