# exit(-openat(AT_FDCWD, "/x", O_RDONLY)): 2 is ENOENT, 253 descriptor 3.
mkelf p 92800c60 100000e1 d2800002 d2800708 d4000001 cb0003e0 d2800ba8 d4000001 0000782f
mkdir d
: >d/x
cp p d
for command in run 'time -q' 'profile -q' 'pipeline -q' 'explain -q --what-if none' 'isa --run -o list'; do
    m2sim $command -- ./p
    echo "without: $?"
    m2sim $command --root d -- /p
    echo "with: $?"
done
grep -c SVC list
m2sim isa --root d
echo "status $?"
