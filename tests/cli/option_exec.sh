# Only generated code leaves a map of it, where there is a translator.
mkelf p d2807d00 f1000400 54ffffe1 d2800540 d2800ba8 d4000001
for command in 'run' 'time -q' 'profile -q' 'pipeline -q'; do
    for engine in interp jit; do
        m2sim $command --exec $engine --perf-map -- ./p &
        wait $!
        echo "$engine: status $?"
        if [ -s /tmp/perf-$!.map ]; then map=1; else map=0; fi
        rm -f /tmp/perf-$!.map
        [ $engine = interp ] || [ "$(uname -m)" = x86_64 ] || map=1   # there is no translator
        echo "$engine: map $map"
    done
done
m2sim run --exec jitt -- ./p
echo "status $?"
M2SIM_EXEC=qemu m2sim run -- ./p
echo "status $?"
for engine in interp jit; do
    m2sim explain --what-if l1d --exec $engine -o $engine -- ./p
done
sed 's/--exec=interp/--exec=jit/' interp | cmp - jit && echo the same losses
