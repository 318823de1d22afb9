# Of the simulator's threads, while the guest runs: 2 is a filter of system calls (proc(5)).
mkelf p d2800020 10000001 d2800082 d2800808 d4000001 14000000
show() {
    "$@" >out 2>err &
    until [ -s out ]; do sleep 0.05; done
    echo "$* |" $(cat /proc/$!/task/*/status | grep '^Seccomp:' | sort -u)
    kill -KILL $!
    wait $!
    rm out
}
for option in '' --no-sandbox; do
    for command in run 'run --exec interp' 'run --deterministic' time profile pipeline 'explain --what-if none' 'isa --run'; do
        show m2sim $command $option ./p
    done
done 2>/dev/null
m2sim accuracy --no-sandbox --suite instructions --core m1-icestorm --every 400 >out
echo "status $?"
m2sim isa --no-sandbox
echo "status $?"
