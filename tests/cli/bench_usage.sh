# Each fault of the command line gets a line that names it, and status 64.
try() {
    m2sim bench "$@"
    echo "status $?"
}
try --modes walk
try --repetitions 0
try --repetitions 51
try --fail-over -1
try --clock sun
try --fail-over 3%
try --vs a --vs-command 'b {}'
try --html page.html
try --modes fast --vs-command 'qemu-aarch64 {}'
try program
