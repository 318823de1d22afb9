m2sim accuracy --suite instructions,probes --core m1-icestorm --every 400 | sed '/^Errors/,$d' | grep ' on '
m2sim accuracy --suite probes,instruction
echo "status $?"
m2sim calibrate --suite loops,instructions
echo "status $?"
