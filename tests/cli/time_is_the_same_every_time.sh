# A loop of 1000: subs x0, x0, #1; b.ne; then exit(0).
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --json --no-host -- ./p 2>first
m2sim time --json --no-host -- ./p 2>second
m2sim time --json --no-host -j 1 -- ./p 2>third
cmp first second
sed 's/ -j 1//' third | cmp first -
grep '^  "instructions"' first
