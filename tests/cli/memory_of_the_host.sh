# mmap(NULL, 896 GiB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) with a --memory that allows it, on a
# host that has less; exit(1) otherwise. Nothing of it is touched. A program can map no more than
# the 1 TiB of its window, of which a host of that size has seven eighths to give.
if [ "$(sed -nE 's/^MemTotal: *([0-9]+) kB/\1/p' /proc/meminfo)" -ge $((1 << 30)) ]; then
    echo 'the host has 1 TiB of memory' >&2
    exit 77
fi
mkelf p d2800000 d2c01c01 d2800062 d2800443 92800004 d2800005 d2801bc8 d4000001 d2800020 d2800ba8 d4000001
for command in run 'run --deterministic' time; do
    for quiet in '' -q; do
        m2sim $command $quiet --memory 1000GiB --json --no-host -o report -- ./p 2>told
        echo "$command $quiet: status $?, $(sed 's/([0-9]* MiB/(N MiB/' told)," \
            "$(tr -d '\n' <report | grep -oE '"exit_status": [0-9]+, *"ended": "[a-z]+"')"
    done
done
m2sim run --memory 1000GiB -- ./p 2>&1 | sed -E 's/[0-9]+ MiB of/N MiB of/; s/[0-9]+( instructions)/N\1/' | head -1
# fork() first: the child is ended, exit(its status >> 8) the parent.
mkelf f d2800220 d2801b88 d4000001 b5000180 d2800000 d2c01c01 d2800062 d2800443 92800004 d2800005 d2801bc8 d4000001 d2800020 d2800ba8 d4000001 \
    d10043ff 92800000 910003e1 d2800002 d2800003 d2802088 d4000001 39400420 d2800ba8 d4000001
m2sim run --memory 1000GiB -- ./f 2>told
echo "a child: status $?, $(sed 's/([0-9]* MiB/(N MiB/' told)"
