# Too little of the host's is told in one line and is 70, not a fault of the input. A soft limit is raised.
mkelf p d2800540 d2800ba8 d4000001
(ulimit -n 16; m2sim run -- ./p 2>&1; echo "status $?")
(ulimit -s 128; m2sim run -- ./p 2>&1; echo "status $?")
(ulimit -S -n 16; ulimit -S -s 128; m2sim run -- ./p 2>&1; echo "status $?")
# What is short is the simulator's, whatever it is that it gets no more of; a sanitizer needs more to begin with.
for size in 1000 3000 8000; do
    if grep -q -a __asan_init "$(command -v m2sim)"; then
        echo 70 1 1
        continue
    fi
    (
        ulimit -d $size
        m2sim time -q -o /dev/null -- ./p 2>said
        echo "$? $(grep -c '^m2sim: ' said) $(wc -l <said)"
    )
done
