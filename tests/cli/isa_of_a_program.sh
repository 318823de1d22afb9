# Among the code lie a zero and an instruction that the M2 has not (SVE's ptrue).
mkelf p d2800540 d2800ba8 d4000001 00000000 2518e3e0
m2sim isa ./p | awk '$3 == "MOVZ" || $3 == "SVC" { print $1, $3 } /no instruction/ { print $1, "undefined" }'
m2sim isa --json ./p | python3 -c "
import json, sys
r = json.load(sys.stdin)
print(r['schema'], sorted((i['name'], i['count']) for i in r['instructions'] if i['name'] in ('MOVZ', 'SVC')))"
m2sim isa --run --json -- ./p 2>&1 | python3 -c "
import json, sys
r = json.load(sys.stdin)
print(r['undefined'], [(i['name'], i['count']) for i in r['instructions']])"
