# f takes 2 x 100 + 2, 2 x 200 + 2, 2 x 300 + 2 instructions: what is timed, by count, from its call 1, 2 and 3 on.
mkfunctions p || { echo 'no compiler for AArch64' >&2; exit 77; }
figures() {
    m2sim "$@" --json --no-host -o report -- ./p
    echo "status $?"
    python3 -c "
import json
r = json.load(open('report'))
print(r['instructions'], r['ended'], r['region'])"
}
for n in f f:2 f:3; do
    figures time --from-symbol $n
done
# The report says what it is of; a profile begins there too; both engines begin at the same instruction.
m2sim time --no-host --from-symbol f:2 -- ./p 2>&1 | sed -n 4,5p
m2sim profile --json --from-symbol f:2 -o profile -- ./p
python3 -c "import json; print(json.load(open('profile'))['retired'])"
m2sim time --from-symbol f:2 --exec interp --json --no-host -o interp -- ./p
m2sim time --from-symbol f:2 --exec jit --json --no-host -o jit -- ./p
sed 's/--exec jit/--exec interp/; s/-o jit/-o interp/' jit | cmp - interp && echo the same
for n in ff f:4 f:0 ''; do
    m2sim time --from-symbol "$n" -- ./p
    echo "status $?"
done
m2sim time --from-symbol f --roi -- ./p
echo "status $?"
m2sim time --from-symbol f --gdb 0 -- ./p
echo "status $?"
m2sim pipeline --from-symbol f:3 --instructions 2 -o - -- ./p
echo "status $?"
