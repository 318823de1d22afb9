mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --json -o report.json -- ./p
python3 - <<'P'
import json
r = json.load(open('report.json'))
t = r['topdown']
whole = sum(t[k] for k in ('retiring', 'bad_speculation', 'frontend_bound', 'backend_bound'))
print(r['schema'], r['instructions'], r['exit_status'], f'{whole:.12f}')
print(round(r['cycles'] / r['instructions'], 9) == round(r['cpi'], 9))
print(round(r['seconds'] * r['frequency_ghz'] * 1e9) == r['cycles'])
print(sorted(r['host']), sorted(r['provenance']))
P
