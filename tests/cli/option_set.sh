mkelf p
m2sim config show --set core.rob.groups=400 --set core.l1d.size=64KIB --set core.rob.writes=1K | grep -E '^core.(rob.groups|l1d.size|rob.writes) '
m2sim time --set core.clock.mhz=1000 --no-host -- ./p 2>&1 | grep -o '[0-9.]* GHz'
m2sim profile --set core.clock.mhz=1000 -- ./p 2>&1 | grep -o '[0-9.]* GHz'
m2sim pipeline --set core.fetch.depth=9 -o - -- ./p | sed -n 2p
m2sim explain --what-if l1d --set core.rob.groups=100 -- ./p 2>&1 | grep 'time'
for set in '' '--set core.rename.width=1'; do
    m2sim accuracy $set --suite instructions --core m1-icestorm --every 400 | sed '/^Errors/,$d' | awk '$1 == "all" { print "met:", $3 == 100.0 ? "all" : "not all" }'
done
m2sim config show --set core.branch.predictor=tage-firestrom
echo "status $?"
m2sim config show --set core.rob.gruops=400
echo "status $?"
m2sim config show --set core.l1d.size=64K 2>&1 | sed 's|m2sim: .*/cores/|m2sim: |'
m2sim config show --set core.rob=400
echo "status $?"
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers --set core.forward.latency=9 --parameters forward.latency
echo "status $?"
