# An endless loop in two host threads, and in one; what is reported is the same.
mkelf forever 14000000
for option in '' --one-thread; do
    m2sim time -q $option -- ./forever &
    sleep 1
    ls /proc/$!/task | wc -l
    kill $!
    wait $!
    echo "status $?"
done
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --no-host --json -- ./p 2>two
m2sim time --no-host --json --one-thread -- ./p 2>one
sed 's/ --one-thread//' one | cmp - two && echo the same
