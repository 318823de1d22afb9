mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
# A program that takes far longer than the other, six times of six.
printf '#!/bin/sh\nexec m2sim "$@"\n' >quick
printf '#!/bin/sh\npython3 -c "sum(range(6000000))"\nexec m2sim "$@"\n' >slow
chmod +x quick slow
m2sim bench --guests g --filter loop -r 6 --modes run --m2sim ./slow --vs-command './quick {mode} {}' --fail-over 3% >out
echo "status $?"
m2sim bench --guests g --filter loop -r 6 --modes run --m2sim ./quick --vs-command './slow {mode} {}' --fail-over 3% >out
echo "status $?"
# Accuracy: since a file, then since the latest of a history, which has none at first.
m2sim accuracy --suite probes --core m2-avalanche --every 24 --json --list -o before.json
m2sim accuracy --suite probes --core m2-avalanche --every 24 --vs before.json --fail-over 1% | grep '^worse'
m2sim accuracy --suite probes --core m2-avalanche --every 24 --set core.rob.groups=100 --vs before.json --fail-over 1% >out
echo "status $?"
grep -c '^worse: probes on m2-avalanche, ' out
m2sim accuracy --suite probes --core m2-avalanche --every 24 --history h.sqlite --fail-over 1% | tail -1
m2sim accuracy --suite probes --core m2-avalanche --every 24 --set core.rob.groups=100 --history h.sqlite --fail-over 1% --json >out 2>words
echo "status $?"
grep -c '^worse: probes on m2-avalanche, ' words
# Of other suites there is none.
m2sim accuracy --suite sequences --core m1-icestorm --every 24 --history h.sqlite --fail-over 1% | tail -1
