# How far accuracy may move and is kept.
m2sim accuracy --suite probes --core m2-avalanche --every 24 --json --list -o before.json
for margin in 0.1% 50%; do
    m2sim accuracy --suite probes --core m2-avalanche --every 24 --set core.rob.groups=100 --vs before.json --margin $margin | grep -E '^(kept|better|worse|cannot)' | sed 's/\[.*/[...]/'
done
m2sim accuracy --margin 1%
echo "status $?"
