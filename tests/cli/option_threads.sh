# The result does not depend on how many compute it.
m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json >one
m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json --threads 2 >two
cmp one two && m2sim accuracy --suite instructions --core m1-icestorm --every 200 --json -j 3 | cmp one && echo the same
m2sim accuracy -j none
echo "status $?"
