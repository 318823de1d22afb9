# What is known is not asked again. Without a name it stands in the user's cache folder.
asked() {
    m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --global 2 --local 2 \
        --parameters forward.latency "$@" | sed -n 's/.*iterations, //p'
}
asked --cache mine
asked --cache mine
export XDG_CACHE_HOME=$PWD/cache HOME=$PWD
asked >there
asked
find cache -type f
unset XDG_CACHE_HOME
asked >there
find .cache -type f
echo no database, whatever it says >text
asked --cache text
# Nor can it stand everywhere.
: >file
XDG_CACHE_HOME=$PWD/file asked 2>&1 | sed "s|$PWD|HERE|"
