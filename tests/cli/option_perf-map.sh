# perf wants address, length and name.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for command in run 'time -q' 'profile -q' 'pipeline -q'; do
    m2sim $command --perf-map -- ./p &
    wait $!
    echo "status $?, lines of another form: $(grep -cvE '^[0-9a-f]+ [0-9a-f]+ [^ ]+$' /tmp/perf-$!.map)"
    rm /tmp/perf-$!.map
done
