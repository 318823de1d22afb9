mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
# One program in six of the suite, and five rounds.
m2sim bench --guests g --modes start --quick --json |
    python3 -c "import json, sys; j = json.load(sys.stdin); print(j['repetitions'], [p['program'] for p in j['modes'][0]['programs']])"
