# x0 = -syscall(1000); exit(x0)
mkelf p d2807d08 d4000001 cb0003e0 d2800ba8 d4000001
m2sim run --strace -- ./p
