# Each asks once more for each parameter, and where it begins.
asked() {
    m2sim calibrate --suite sequences --every 32 --folds 1 --global 1 --local 1 --cache answers \
        --parameters forward.latency,forward.narrow "$@" | awk '/iterations,/ { print $1 }'
}
echo $(($(asked --trajectories 3) - $(asked --trajectories 1)))
