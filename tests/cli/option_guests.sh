mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
m2sim bench --guests g -r 1 --modes run --json | grep '"program"'
m2sim accuracy --guests g --suite loops >out
echo "status $?"
m2sim calibrate --guests g --suite loops --cache answers
echo "status $?"
