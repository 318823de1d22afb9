# Iterations of the search over the whole range.
asked() {
    m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --local 1 --cache answers \
        --parameters forward.latency,forward.narrow "$@" | awk '/iterations,/ { print $1 }'
}
echo $(($(asked --global 9) - $(asked --global 0)))
