m2sim accuracy --suite instructions --core m1-icestorm --every 400 | awk 'NF { print $1, $2 }'
m2sim accuracy now
echo "status $?"
m2sim accuracy --help | head -1
