# exit of the first byte of getrandom()
mkelf p d10043ff 910003e0 d2800101 d2800002 d28022c8 d4000001 394003e0 d2800ba8 d4000001
byte() {
    m2sim "$@" -- ./p
    echo $?
}
a=$(byte run --seed 7) b=$(byte time -q --seed 7) c=$(byte run --seed 8) d=$(byte run)
[ $a = $b ] && echo the same seed, the same byte
[ $a = $c ] && [ $a = $d ] || echo another seed, another byte
e=$(byte profile -q --seed 7)
[ $a = $e ] && echo profile too
[ $a = $(byte explain -q --what-if none --seed 7) ] && echo explain too
[ $a = $(byte pipeline -q --seed 7) ] && echo pipeline too
moved() {
    m2sim calibrate --suite sequences --every 64 --folds 1 --trajectories 1 --global 1 --local 1 --cache answers \
        --parameters forward.latency --perturb --seed $1 | awk '/^  forward.latency/ && NF == 9 { print $3 }'
}
[ "$(moved 1)" = "$(moved 2)" ] || echo another seed, another beginning
