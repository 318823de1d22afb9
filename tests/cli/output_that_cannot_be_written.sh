# Into a full device, and with standard output closed: 74 and one line, whoever writes.
mkelf p
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
cp p g/O2/loop
for command in --help --version '--version --json' 'help time' 'time --help' 'config show' 'config show --json' \
    'config show --origin' isa 'isa --json' 'disasm p' 'disasm --words d503201f' 'run --stats -o - p' 'time -o - p' \
    'accuracy --suite instructions --core m1-icestorm --every 400' 'bench --guests g -r 1 --modes start' \
    'bench --guests g -r 1 --modes start --json' 'complete -- t'; do
    m2sim $command >/dev/full 2>full
    full=$?
    m2sim $command >&- 2>closed
    closed=$?
    [ $full -eq 74 ] && [ $closed -eq 74 ] && [ "$(cat full closed | wc -l)" -eq 2 ] || {
        echo "$command: status $full, $closed"
        cat full closed
    }
done
cat full closed
# The program's own output is its own business.
m2sim run -- ./p >/dev/full
echo "status $?"
m2sim isa --run -- ./p 2>/dev/full
echo "the list: status $?"
