# Without folds nothing is said of families that were not seen.
fit() {
    m2sim calibrate --suite sequences --every 32 --trajectories 1 --global 2 --local 2 --cache answers \
        --parameters forward.latency "$@"
}
fit --folds 1 | grep -c 'On families'
fit --folds 2 | grep -c 'On families'
fit --folds 2 --json | grep -cE '"out_of_fold": [0-9]'
