# The end ends the run with status 0, before the function's first instruction.
mkfunctions p || { echo 'no compiler for AArch64' >&2; exit 77; }
for from in '' '--from-symbol f:3'; do
    m2sim time --json --no-host $from --to-symbol g -o report -- ./p
    echo "status $?"
    python3 -c "
import json
r = json.load(open('report'))
print(r['instructions'], r['ended'], r['exit_status'], r['region'])"
done
m2sim profile --json --to-symbol f -o profile -- ./p
echo "status $?, $(grep -o '"retired": [0-9]*' profile)"
m2sim time --to-symbol h -- ./p
echo "status $?"
m2sim pipeline --from-symbol f:3 --to-symbol g -o pipeline -- ./p && head -1 pipeline
