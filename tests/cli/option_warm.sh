# The loop's first 1000 instructions teach predictor and caches; only the rest is timed.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for command in time profile; do
    m2sim $command --json --warm 1000 -o report -- ./p
    grep -o -m 1 -E '"(retired|instructions)": [0-9]+' report
done
m2sim time --no-host --json --from-instruction 1000 --warm 0 -o cold -- ./p
m2sim time --no-host --json --from-instruction 1000 --warm 500 -o warm -- ./p
python3 -c "
import json
cold, warm = json.load(open('cold')), json.load(open('warm'))
print(cold['instructions'] == warm['instructions'], warm['cycles'] < cold['cycles'], cold['region'], warm['region'])"
m2sim time --warm 5000 --json --no-host -o report -- ./p
grep -o -m 1 '"instructions": [0-9]*' report
m2sim pipeline --warm 1000 --instructions 9 -o pipeline -- ./p && head -1 pipeline
