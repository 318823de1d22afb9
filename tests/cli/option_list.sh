# With --list the measurements that are missed or do not count are named.
m2sim accuracy --suite instructions --core m1-icestorm --every 400 >without
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --list >with
grep -c '^Missed or not counted' without with
