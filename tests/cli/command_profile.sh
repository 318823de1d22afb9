# A loop of 1000 whose branch is at 0x4000b8: what is said of it, again of the file, and against itself.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim profile --clean-env -o p.m2prof -- ./p
m2sim profile show p.m2prof
function=$(m2sim profile show p.m2prof --json | python3 -c "
import json, sys
p = json.load(sys.stdin)
print(p['functions'][p['instructions'][0]['function']]['name'])
slots = sum(sum(c['slots'][1::2]) for c in p['costs'])
print(slots == p['width'] * p['cycles'], file=sys.stderr)")
m2sim profile annotate "$function" p.m2prof
m2sim profile diff p.m2prof p.m2prof
# The sums are those of time.
m2sim time --clean-env --json --no-host -o time.json -- ./p
m2sim profile show p.m2prof --json | python3 -c "
import json, sys
p, t = json.load(sys.stdin), json.load(open('time.json'))
print(p['cycles'] == t['cycles'], p['retired'] == t['instructions'])"
# A program of such a name is a program.
cp p show
m2sim profile -q -- ./show
echo "status $?"
m2sim profile annotate mian p.m2prof
echo "status $?"
m2sim profile annotate main
echo "status $?"
m2sim profile show missing.m2prof
echo "status $?"
m2sim profile show p
echo "status $?"
head -c 300 p.m2prof >part.m2prof
m2sim profile show part.m2prof
echo "status $?"
m2sim profile
echo "status $?"
