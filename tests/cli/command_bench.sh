mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim bench --guests g -r 1 | grep -oE '^(start|run|interp|fast|detailed)\b' | sort -u
m2sim bench --help | head -1
