# Iterations from the best place on, of the fit and of each fold's.
asked() {
    m2sim calibrate --suite sequences --every 32 --trajectories 1 --global 0 --cache answers \
        --parameters forward.latency,forward.narrow "$@" | awk '/iterations,/ { print $1 }'
}
echo $(($(asked --folds 2 --local 4) - $(asked --folds 2 --local 3)))
m2sim calibrate --local 0
echo "status $?"
