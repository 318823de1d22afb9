mkelf p
m2sim run --strace -- ./p
