# A missing or bad input gets one line, and its status.
try() {
    m2sim bench "$@"
    echo "status $?"
}
guests() {
    mkdir -p "$1/O2"
    printf '# a comment\ngood int 1 1 x.c\nbad fp 1 1 y.c\n' >"$1/programs.txt"
    mkelf "$1/O2/good" d2800000 d2800ba8 d4000001
    mkelf "$1/O2/bad" d2800020 d2800ba8 d4000001
}
guests g
try --guests nowhere
try --guests g --filter none
try --guests g --filter bad --modes run
try --guests g --filter good --modes run --vs missing.json
echo '{}' >empty.json
try --guests g --filter good --modes run --vs empty.json
try --guests g --filter good --modes run --vs-command 'no-such-program {}'
try --guests g --filter good --modes run --vs-command 'false {}'
try --guests g --filter good --modes run --vs-command "unclosed '"
try --guests g --filter good --modes run -o /nowhere/x
rm g/O2/good
try --guests g --modes run
