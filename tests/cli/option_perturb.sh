# Begins elsewhere, as the seed says, and the same way each time.
began() {
    m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --global 1 --local 1 --cache answers \
        --parameters forward.latency --perturb "$@" | awk '/^  forward.latency/ && NF == 9 { print ($2 == $3 ? "there" : "elsewhere") }'
}
began --seed 1
began --seed 2
[ "$(began --seed 1)" = "$(began --seed 1)" ] && echo again
