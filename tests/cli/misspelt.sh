# What is not known is refused with what is nearest, and nothing far is proposed.
try() {
    m2sim "$@"
    echo "status $?"
}
try tiem
try accuracies
try frobnicate
try time --max-instruction=5
try time --max-instuctions 5
try time --m 5
try bench --repetition
try run --frobnicate
try time -z
try run --stats=1
try run --json --seed
try bench -r
try run --max-instructions 10T ./p
try run --max-instructions -5 ./p
try run --max-instructions 99999999999G ./p
try disasm --words --pc '' 0
try run ''
try isa ''
try help run time
try isa --run -- ./nothing
