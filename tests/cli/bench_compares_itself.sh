# One program in every mode, beside m2sim itself and then beside the first result.
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim bench --guests g -r 2 --vs-command 'm2sim {mode} {}' --json >one.json || exit
m2sim bench --guests g -r 2 --vs one.json --modes run,start --label two --history h.sqlite --html t.html --json -o two.json || exit
m2sim bench --guests g -r 2 --vs h.sqlite@two --modes run --history h.sqlite >table || exit
python3 - <<'P'
import json
one, two = json.load(open('one.json')), json.load(open('two.json'))
print(one['schema'], one['kind'], one['clock'], one['repetitions'], [m['mode'] for m in one['modes']])
for m in one['modes']:
    p, = m['programs']
    print(m['mode'], p['program'], p['instructions'], len(p['cpu_seconds']), len(p['wall_seconds']),
          sorted(p['vs']), p['seconds_low'] <= p['seconds'] <= p['seconds_high'], p['peak_bytes'] > 10**6)
    assert abs(p['mips'] * p['seconds'] * 1e6 / p['instructions'] - 1) < 1e-9
print(two['vs'], two['label'], [len(m['programs'][0]['vs']['cpu_seconds']) for m in two['modes']])
print(open('t.html').read().count('<svg'))
P
grep -c 'ratio' table
