mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
m2sim bench --guests g --filter loop -r 2 --modes run --json -o one.json
m2sim bench --guests g --filter loop -r 2 --modes run --vs one.json --json | grep '"vs": "'
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --json --list -o points.json
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --vs points.json --json | grep '"file": "'
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --vs points.json | sed '1,/^Beside/d'
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --vs points.json --set core.rob.groups=9 --model detailed | grep -c '^Beside points.json: fast model'
# Means alone are compared, but not tested.
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --json -o means.json
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --vs means.json | sed '1,/^Beside/d'
# The latest result of the model, or another by label or number.
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --history h.sqlite --label first >out
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --model detailed --history h.sqlite --label second >out
for run in '' @second @1; do
    m2sim accuracy --suite instructions --core m1-icestorm --every 400 --vs h.sqlite$run | grep -o 'Beside [^ ]*: [a-z]* model'
done
# A core file is the core that it names.
cp "$CLI_SOURCE"/cores/m1-icestorm* .
mv m1-icestorm.yaml other.yaml
m2sim accuracy --suite instructions --core ./other.yaml --set core.rob.groups=57 --every 400 --vs points.json | grep '^kept'
mkdir g/loops
cp g/O2/loop g/loops/dependency
m2sim accuracy --suite loops --guests g --core m1-icestorm --every 20 --json --list -o loops.json
m2sim accuracy --suite loops --guests g --core ./other.yaml --every 20 --vs loops.json | grep -E '^(loops|kept)' | uniq
