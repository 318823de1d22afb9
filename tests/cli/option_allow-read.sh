# exit(-openat(AT_FDCWD, "../outside", FLAGS)): O_RDONLY gives descriptor 3 (253), O_RDWR EACCES (13) or EROFS (30).
: >outside
mkdir in
cd in
mkelf r 92800c60 100000e1 d2800002 d2800708 d4000001 cb0003e0 d2800ba8 d4000001 6f2f2e2e 69737475 00006564
mkelf w 92800c60 100000e1 d2800042 d2800708 d4000001 cb0003e0 d2800ba8 d4000001 6f2f2e2e 69737475 00006564
for command in run time profile pipeline 'explain --what-if none'; do
    m2sim $command -q --allow-read .. -- ./r
    echo "to read: $?"
    m2sim $command -q --allow-read .. -- ./w
    echo "to write: $?"
done
