# Help is the same by all its names, lists every command, and each command's has examples and fits a line.
m2sim --help >help
m2sim help | cmp - help
m2sim -h | cmp - help
for command in run time disasm isa config accuracy bench; do
    grep -q "^  $command " help || echo "$command is not listed"
    m2sim help $command >text
    m2sim $command --help | cmp - text
    m2sim $command -h | cmp - text
    grep -q '^Examples:' text || echo "$command has no examples"
    grep -E '.{80}' text | grep -v '^  m2sim'
done
for word in fast detailed m1-firestorm m1-icestorm m2-avalanche m2-blizzard tage-firestorm gshare stride lru plru interp jit; do
    m2sim help time | grep -qw -e "$word" || echo "$word is not in help time"
done
for word in instructions sequences probes loops kernels apps models all; do
    m2sim help accuracy | grep -qw -e "$word" || echo "$word is not in help accuracy"
done
for word in start run interp fast detailed cpu wall; do
    m2sim help bench | grep -qw -e "$word" || echo "$word is not in help bench"
done
m2sim help tmie
echo "status $?"
m2sim help --json
echo "status $?"
