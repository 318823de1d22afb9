# The hottest loop, with each model; readers of all formats find the same, and it is what time says.
mkfunctions p || { echo 'no compiler for AArch64' >&2; exit 77; }
m2sim pipeline --instructions 4 -- ./p
echo "status $?"
for model in fast detailed; do
    for format in kanata o3 html; do
        m2sim pipeline --model $model --from-symbol f:2 --instructions 5000 -o p.$format -- ./p
    done
    m2sim time --model $model --from-symbol f:2 --json --no-host -o time -- ./p
    check-pipeline p.kanata p.o3 p.html time
done
# One without loops from its start.
mkelf one
m2sim pipeline -o - -- ./one
m2sim pipeline
echo "status $?"
