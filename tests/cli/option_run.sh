# A loop of 3: the branch and the subtraction run three times.
mkelf p d2800060 f1000400 54ffffe1 d2800540 d2800ba8 d4000001
m2sim isa --run -- ./p 2>list
echo "status $?"
grep -E 'SUBS|B_cond|SVC|MOVZ' list | awk '{ print $1, $3 }'
