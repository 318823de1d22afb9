# Neither report nor progress nor word of what is kept from the program.
mkelf p
m2sim run --stats --quiet -- ./p
echo "status $?"
m2sim time -q -- ./p
echo "status $?"
m2sim profile -q -- ./p
echo "status $?"
m2sim pipeline -q -- ./p
echo "status $?"
m2sim explain --what-if l1d -q -- ./p
echo "status $?"
m2sim accuracy -q --suite instructions --core m1-icestorm --every 400 >out
echo "status $?"
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
cp p g/O2/loop
m2sim bench -q --guests g -r 1 --modes start >out
echo "status $?"
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers -q >out
echo "status $?"
