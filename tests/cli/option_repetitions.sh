mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
for n in 1 3; do
    m2sim bench --guests g --filter loop --modes run --repetitions $n --json |
        python3 -c "import json, sys; j = json.load(sys.stdin); print(j['repetitions'], len(j['modes'][0]['programs'][0]['cpu_seconds']))"
done
