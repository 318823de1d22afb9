# The marks of m2sim_roi.h are hint #96 and #97: 202 instructions of f, the call, and the mark that ends it.
mkfunctions p || { echo 'no compiler for AArch64' >&2; exit 77; }
for command in time profile; do
    m2sim $command --json --roi -o report -- ./p
    echo "status $?, $(grep -o -m 1 -E '"(retired|instructions)": [0-9]+' report)"
done
m2sim time --no-host --roi -- ./p 2>&1 | sed -n 4,5p
# One without marks has no region.
mkelf bare
m2sim time --roi -- ./bare
echo "status $?"
# The header is C and C++, and nothing elsewhere.
printf '#include "m2sim_roi.h"\nint main(void) { m2sim_roi_begin(); m2sim_roi_end(); return 0; }\n' >u.c
cp u.c u.cc
aarch64-linux-gnu-gcc -I"$CLI_SOURCE/include" -Wall -Wextra -Werror -static u.c -o u && m2sim run -- ./u
echo "status $?"
cc -I"$CLI_SOURCE/include" -Wall -Wextra -Werror u.c -o u && ./u
echo "status $?"
m2sim pipeline --roi --instructions 9 -o pipeline -- ./p && head -1 pipeline
