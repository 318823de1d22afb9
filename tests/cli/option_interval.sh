# A loop of 10000 in intervals of 3000: all sums are the run's; a store touches a line each time.
mkelf p d284e200 d10043ff f81f8fe0 f1000400 54ffffc1 d2800000 d2800ba8 d4000001
for model in fast detailed; do
    m2sim time --model $model --json --no-host --interval 3000 -o report -- ./p
    python3 -c "
import json
r = json.load(open('report'))
i = r['intervals']
rows = i['rows']
print(i['every'], len(rows), rows[0]['footprint_bytes'] >= 64 * 100)
for k in 'instructions', 'cycles':
    print(k, sum(x[k] for x in rows) == r[k])
print('slots', sum(sum(x['slots'].values()) for x in rows) == 8 * r['cycles'])
print('misses', sum(x['l1d_misses'] for x in rows) == r['l1d']['misses'])"
done
m2sim time --no-host --interval 3k -- ./p 2>&1 | grep -A2 'Over time' | cut -c-40
m2sim time --interval 3000 -o d/ -- ./p
head -1 d/intervals.csv | cut -d, -f1-7
python3 -c "
import csv, json
rows = list(csv.DictReader(open('d/intervals.csv')))
print(sum(int(x['cycles']) for x in rows) == json.load(open('d/report.json'))['cycles'])"
m2sim profile --interval 3000 -o e/ -- ./p
cmp d/intervals.csv e/intervals.csv && echo the same
m2sim time -o d/ -- ./p
ls d | grep -c intervals
m2sim time --interval 10 -- ./p
echo "status $?"
