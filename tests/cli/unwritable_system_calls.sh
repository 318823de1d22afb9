# Lines of system calls that cannot be written are not lost without a word: where their stream can say nothing,
# the status does.
mkelf p
m2sim run --strace -- ./p 2>/dev/full
echo "on standard error: status $?"
m2sim run --strace -o - -- ./p >/dev/full
echo "on standard output: status $?"
m2sim run --strace -o /dev/full -- ./p
echo "in a file: status $?"
