# exit(-openat(AT_FDCWD, "../outside", O_RDWR)): 2 is ENOENT, 253 descriptor 3.
: >outside
mkdir in
cd in
mkelf p 92800c60 100000e1 d2800042 d2800708 d4000001 cb0003e0 d2800ba8 d4000001 6f2f2e2e 69737475 00006564
for command in run time profile pipeline 'explain --what-if none'; do
    m2sim $command -q -- ./p
    echo "without: $?"
    m2sim $command -q --allow ../outside -- ./p
    echo "with: $?"
done
