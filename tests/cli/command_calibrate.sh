# The fit, its words, its core file; what the numbers are is not of this page.
m2sim calibrate --suite sequences --every 32 --parameters forward.latency,forward.narrow --folds 2 --trajectories 1 \
    --global 3 --local 4 --cache answers -o fit.yaml >out
numbers() {
    sed 's/[0-9][0-9.]*/N/g; s/  */ /g; s/: .*: keep/: keep/'
}
grep -E '^(m2-|  forward|On families)' out | numbers
grep -vE '^#|fitted_with' fit.yaml | numbers
m2sim calibrate loops
echo "status $?"
m2sim calibrate --help | head -1
