mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
# Of a program that is no m2sim the speed cannot be told.
printf '#!/bin/sh\necho not I >&2\nexit 3\n' >other
chmod +x other
m2sim bench --guests g -r 1 --modes run --filter loop --m2sim ./other
echo "status $?"
m2sim bench --guests g -r 1 --modes run --filter loop --m2sim "$(command -v m2sim)" --json | grep '"program"'
