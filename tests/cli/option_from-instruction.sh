# A program of 2004 instructions.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for n in 4 1000; do
    for command in time profile; do
        m2sim $command --json --from-instruction $n --warm 0 -o report -- ./p
        grep -o -m 1 -E '"(retired|instructions)": [0-9]+' report
    done
done
m2sim time --no-host --from-instruction 1000 -- ./p 2>&1 | sed -n 4,5p
m2sim pipeline --from-instruction 1000 --warm 0 --instructions 3 -o - -- ./p
echo "status $?"
m2sim pipeline --from-instruction 3000 -- ./p
echo "status $?"
m2sim time --from-instruction 3000 -- ./p
echo "status $?"
m2sim time --from-instruction 0 -- ./p
echo "status $?"
