# A profile accounts for all of the time; its stacks hold as much, and go back to the beginning of the program.
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
mkelf g/O2/loop d2a00900 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim bench --guests g --profile --modes run,fast >table || exit
# Samples are few, and a busy machine may take them where stacks end early: three attempts.
for attempt in 1 2 3; do
m2sim bench --guests g --profile --modes fast --folded stacks --json -o p.json || exit
python3 - >seen <<'P'
import json
m, = json.load(open('p.json'))['modes']
ticks = [sum(r['ticks'] for r in m[k]) for k in ('parts', 'functions', 'lines')]
stacks = [line.rsplit(' ', 1) for line in open('stacks')]
ticks.append(sum(int(n) for _, n in stacks))
print(m['mode'], m['programs'], m['instructions'], m['lost'], len(set(ticks)), ticks[0] > 5)
print(all(s.startswith('fast;') for s, _ in stacks), any(';_start;' in s and ';feed' in s for s, _ in stacks))
parts = {r['name']: r['share'] for r in m['parts']}
print(round(sum(parts.values()), 9), sum(v for k, v in parts.items() if k.startswith('fast: ')) > 0.3)
print(m['allocations'] > 100, m['allocations'] == sum(r['samples'] for r in m['allocating_functions']),
      'config_read' in [r['name'] for r in m['allocating_functions']])
P
grep -q False seen || break
done
cat seen
grep -cE '^(run|fast): 1 programs' table
m2sim bench --guests g --profile --vs-command 'qemu-aarch64 {}'
m2sim bench --guests g --folded x
echo "status $?"
