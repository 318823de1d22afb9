# Those that are named are fitted; a name may have "core." before it.
fit() {
    m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --global 2 --local 2 --cache answers "$@"
}
fit --parameters core.forward.latency,branch.penalty | sed -n '/^  fitted/,/^$/p' | awk '{ print $1 }'
fit --parameters forward.latancy
echo "status $?"
fit --parameters rename.moves
echo "status $?"
for list in forward.latency,,branch.penalty , forward.latency, ''; do
    fit --parameters "$list"
    echo "status $?"
done
