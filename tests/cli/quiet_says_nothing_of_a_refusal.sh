# x0 = -openat(AT_FDCWD, "../outside", 0); exit(x0): ENOENT with and without -q.
echo no >outside
mkdir in
cd in
mkelf p 92800c60 100000e1 d2800002 d2800708 d4000001 cb0003e0 d2800ba8 d4000001 6f2f2e2e 69737475 00006564
m2sim run -q -- ./p
echo quiet $?
m2sim run -- ./p
echo told $?
