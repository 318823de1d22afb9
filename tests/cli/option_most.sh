# The best determined of those that are named.
m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --global 2 --local 2 --cache answers \
    --parameters forward.latency,forward.narrow,branch.penalty --most 1 | sed -n '/^  fitted/,/^$/p' | awk '{ print $1 }'
m2sim calibrate --most 0
echo "status $?"
