# What is timed up to there is what a run of so many instructions is.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --json --no-host --to-instruction 500 -o region -- ./p
echo "status $?"
m2sim time --json --no-host --max-instructions 500 -o limit -- ./p
echo "status $?"
cycles() { grep -m 1 -o '"cycles": [0-9]*' $1; }
[ "$(cycles region)" = "$(cycles limit)" ] && echo the same cycles
m2sim profile --json --from-instruction 100 --to-instruction 600 -o report -- ./p
grep -o '"retired": [0-9]*' report
m2sim time --from-instruction 600 --to-instruction 600 -- ./p
echo "status $?"
m2sim time --to-symbol f --to-instruction 600 -- ./p
echo "status $?"
m2sim pipeline --to-instruction 5 -o - -- ./p
echo "status $?"
