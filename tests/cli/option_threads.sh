# The result does not depend on how many compute it.
m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json >one
m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json --threads 2 >two
cmp one two && m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json -j 3 | cmp one && echo the same
m2sim accuracy -j none
echo "status $?"
# An endless loop: emulated and timed in two host threads, or in one.
mkelf forever 14000000
for threads in 2 1; do
    m2sim time -q -j $threads -- ./forever &
    tries=0
    until [ "$(ls /proc/$!/task | wc -l)" = $threads ] && [ "$(cut -d' ' -f14 /proc/$!/stat)" -gt 20 ] || [ $((tries += 1)) = 100 ]; do
        sleep 0.1
    done
    ls /proc/$!/task | wc -l
    kill $!
    wait $!
    echo "status $?"
done
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --no-host --json -- ./p 2>two
m2sim time --no-host --json -j 1 -- ./p 2>one
sed 's/ -j 1//' one | cmp - two && echo the same
m2sim profile --json -o two -- ./p
m2sim profile --json -o one -j 1 -- ./p
grep -v '"command"' one >1
grep -v '"command"' two | cmp - 1 && echo the same profile
m2sim explain -o one -- ./p
m2sim explain -j 5 -o two -- ./p
cmp one two && echo the same losses
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers -j 1 | grep -o '1 host threads'
