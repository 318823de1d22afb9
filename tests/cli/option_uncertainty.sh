# How sure the figures are. The core itself is timed as without, and the program runs once; host threads change nothing.
# A loop of 60000 rounds that stores, loads and branches: more records than are shown at a time.
mkelf p d29d4c07 d10203ff f90003e7 f94003e2 8b070046 f10004e7 54ffff81 d2800000 d2800ba8 d4000001
cat >look.py <<'END'
import json, sys
plain, one, more, core = [json.load(open(name)) for name in sys.argv[1:5]]
u = one.pop('uncertainty')
assert u == more.pop('uncertainty')
for report in (plain, one, more):
    report['provenance'].pop('command')
print('as without:', plain == one == more)
cycles = u['figures']['cycles']
print(u['draws'], u['seed'], 'as the core says:', u['discrepancy'] == core['fit']['discrepancy'][sys.argv[5]] > 0, 'holds the cycles:', cycles['low'] < plain['cycles'] < cycles['high'],
      'some spread:', 0 < cycles['parameters_sd'] <= cycles['sd'] < 1, len(u['figures']) > 20)
END
m2sim config show --json >core
for model in fast detailed; do
    m2sim time --model $model --no-host --json -o plain --seed 3 -- ./p
    m2sim time --model $model --no-host --json -o one --uncertainty=4 --seed 3 -j 1 -- ./p
    m2sim time --model $model --no-host --json -o more --uncertainty=4 --seed 3 -j 3 -- ./p
    python3 look.py plain one more core $model
done
# What the core's file says of itself joins the interval; other seeds are other draws; in a folder, too.
cat >mine.yaml <<'END'
extends: m2-avalanche
fit: { discrepancy: { fast: 0.2 } }
END
m2sim time --no-host --json -o one --uncertainty=4 --seed 4 --core ./mine.yaml -- ./p
python3 -c "
import json, math
one, more = json.load(open('one'))['uncertainty'], json.load(open('more'))['uncertainty']
c, ipc = one['figures']['cycles'], one['figures']['ipc']
print(one['discrepancy'], c['sd'] > 0.2, math.log(c['high'] / c['low']) > 2 * 1.96 * 0.2, c != more['figures']['cycles'])"
m2sim time --no-host -o folder/ --uncertainty=4 --core ./mine.yaml -- ./p
grep -cE '(cycles|instructions) .* ± .* model per' folder/report.txt
grep -A2 '± of' folder/report.txt
grep -c '"uncertainty"' folder/report.json
# Of nothing that varies, nothing is unsure.
sed 's/.*PRIOR(\([a-z_0-9]*\),.*/\1/;t;d' "$CLI_SOURCE/src/config/prior.def" >rows
python3 - "$CLI_SOURCE/src/config/core.def" >sets <<'END'
import re, subprocess, sys
rows = set(open('rows').read().split())
value = dict(line.split()[:2] for line in subprocess.check_output(['m2sim', 'config', 'show'], text=True).splitlines()[1:])
for path, field in re.findall(r'^[A-Z]+\("([^"]+)", (\w+),', open(sys.argv[1]).read(), re.M):
    if field in rows:
        print('--set', f'core.{path}={value["core." + path]}')
END
printf 'extends: m2-avalanche\nfit: { discrepancy: 0 }\n' >sure.yaml
m2sim time --no-host --uncertainty=3 --core ./sure.yaml $(cat sets) -- ./p 2>&1 | grep -oE '± [0-9.]+ model per instruction'
# A program that starts another, ends by a limit, a signal; whose core looks at memory.
mkelf forks d2800220 d2800001 d2800002 d2800003 d2800004 d2801b88 d4000001 d2800000 d2800ba8 d4000001
m2sim time --no-host --uncertainty=3 -- ./forks 2>&1 | grep -E 'child process|draws'
m2sim time --no-host --uncertainty=3 --max-instructions=1000 --set core.prefetch.pointers=true -- ./p 2>&1 | grep -E 'stopped|draws'
mkelf forever d2800020 100000e1 d2800022 d2800808 d4000001 14000000 d503201f d503201f 00000062
env --default-signal=INT m2sim time --no-host --uncertainty=3 -o report -- ./forever >said &
until [ -s said ]; do sleep 0.1; done
kill -s INT $!
wait $!
echo "status $?, $(grep -c 'draws' report) with draws"
for n in 2 201 few -1; do
    m2sim time --uncertainty=$n -- ./p
    echo "status $?"
done
