# One measurement in 400 is fewer than one in 200.
points() {
    m2sim accuracy --suite instructions --core m1-icestorm "$@" | sed '/^Errors/,$d' | awk '$1 == "all" { print $2 }'
}
[ "$(points --every 200)" -gt "$(points --every 400)" ] && echo fewer
m2sim accuracy --every 0
echo "status $?"
rows() {
    m2sim calibrate --dry-run --suite sequences --cache answers "$@" | awk '/ measurements of / { print $1 }'
}
[ "$(rows --every 50)" -gt "$(rows --every 100)" ] && echo fewer
