# What an earlier run left in the folder goes when the new report stands, and not before.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
mkdir d
echo mine >d/notes.txt
m2sim time --no-host --strace -o d -- ./p && cat d/strace.txt
ls d
# One that does not come to run leaves all as it was; so does one whose report cannot be written.
cp -r d kept
m2sim run --strace -o d -- ./missing 2>/dev/null || diff -r kept d && echo the same
(ulimit -f 0; m2sim time --no-host -o d -- ./p 2>/dev/null) || diff -r kept d && echo the same
m2sim run --json --no-host -o d -- ./p
ls d
grep cycles d/report.json || echo no cycles
# The table of another core goes with that core's report, unless it may be that of a core file there.
m2sim time --no-host --core m1-icestorm -o e/ -- ./p
m2sim time --no-host --core m1-firestorm -o e/ -- ./p
ls e | grep csv
echo 'extends: m1-icestorm' >e/mine.yaml
m2sim run --no-host -o e/ -- ./p
ls e | grep csv
