mkelf p
for core in m2-avalanche m2-blizzard m1-firestorm m1-icestorm; do
    m2sim time --core $core --no-host -- ./p 2>&1 | grep -o "# $core.*"
    m2sim config show --core $core | head -1 | cut -d, -f1
    m2sim explain --core $core --what-if fp -- ./p 2>&1 | grep -o 'on m.*\|time .*'
done
m2sim profile --core m2-blizzard -- ./p 2>&1 | grep -o '# m2-blizzard'
m2sim pipeline --core m2-blizzard -o pipeline -- ./p; head -1 pipeline
m2sim accuracy --suite instructions --core m1-icestorm --every 400 | sed '/^Errors/,$d' | grep ' on '
m2sim isa --core m1-icestorm | grep '^RMIF '
printf 'extends: m2-avalanche\nname: mine\n' >mine.yaml
m2sim config show --core ./mine.yaml | head -1 | cut -d, -f1
m2sim isa --core m1-icestrom
echo "status $?"
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers --core m1-icestorm | grep -o 'of m1-icestorm'
