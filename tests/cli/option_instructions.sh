mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim pipeline --instructions 5 -o - -- ./p
m2sim pipeline -o - -- ./p | tail -n +5 | grep -vc '^address'
m2sim pipeline --instructions 100001 -- ./p
echo "status $?"
m2sim pipeline --instructions 0 -- ./p
echo "status $?"
