# What comes before and behind where f begins; that ends the run, with status 0.
mkfunctions p || { echo 'no compiler for AArch64' >&2; exit 77; }
for n in f f:3 g; do
    m2sim pipeline --around $n --instructions 6 -o - -- ./p
    echo "status $?"
done
for n in ff f:4 f:0; do
    m2sim pipeline --around $n -- ./p
    echo "status $?"
done
m2sim pipeline --around f --from-symbol g -- ./p
echo "status $?"
