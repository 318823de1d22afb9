# A loop of 50000 loads that hit the L1D: a core with one more port for them, one by the name of another thing.
mkelf p d2986a02 10000000 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 f9400001 d1000442 b5fffe62 d2800000 d2800ba8 d4000001
m2sim explain --what-if fp,loads -- ./p 2>&1 | grep -A 9 'What if' | sed 's/[0-9]* cycles/N cycles/'
for what in none all loads,fp; do
    m2sim explain --json --what-if $what -- ./p 2>&1 | grep -c '"speedup"'
done
m2sim explain --what-if load -- ./p
echo "status $?"
