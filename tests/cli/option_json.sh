# Each command's JSON has a schema.
mkelf p
schema() {
    python3 -c "import json, sys; j = json.load(sys.stdin); print(sys.argv[1], j['schema'], len(j) > 1)" "$1"
}
m2sim run --json -o - -- ./p | schema run
m2sim time --json -o - -- ./p | schema time
m2sim profile --json -o - -- ./p | schema profile
m2sim explain --what-if l1d --json -o - -- ./p | schema explain
m2sim disasm --json ./p | schema disasm
m2sim isa --json | schema isa
m2sim config show --json | schema config
m2sim accuracy --json --suite instructions --core m1-icestorm --every 400 | schema accuracy
m2sim measured check --json "$CLI_SOURCE/measured/loops.csv" | schema measured
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
cp p g/O2/loop
m2sim bench --guests g -r 1 --modes start --json | schema bench
m2sim config show --json | python3 -c "import json, sys; print(json.load(sys.stdin)['parameters']['core.l2.replacement']['choices'])"
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers --json | schema calibrate
