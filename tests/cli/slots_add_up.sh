# Every slot is in one cause, every cause in one class of level 2, every class in one of level 1.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for model in fast detailed; do
    m2sim time --model $model --json -o report.json -- ./p
    python3 - <<'P'
import json
r = json.load(open('report.json'))
one, two, stack = r['topdown']['slots'], r['topdown']['level2'], r['cpi_stack']
print(sum(one.values()) == 8 * r['cycles'])
print(all(sum(t['slots'] for t in two.values() if t['of'] == k) == n for k, n in one.items()))
print(all(sum(c['slots'] for c in stack.values() if c['of'] == k) == t['slots'] for k, t in two.items()))
print(abs(sum(c['cpi'] for c in stack.values()) - r['cpi']) < 1e-12)
print(all(sum(s['occupancy_cycles']) == r['cycles'] for s in r.get('structures', {}).values()))
print(r['pmu']['CPU_CYCLES'] == r['cycles'], r['pmu']['INST_RETIRED'] == r['instructions'])
P
done
