mkelf p
m2sim run --strace -- ./p
m2sim time --strace --no-host -o report -- ./p
head -2 report
m2sim profile --strace -o report -- ./p
head -2 report
m2sim profile --strace -o p.m2prof -- ./p
m2sim profile show p.m2prof | grep -c 'Hot functions'
m2sim pipeline --strace -o report -- ./p
head -2 report
m2sim pipeline --strace -o p.o3 -- ./p
head -1 p.o3
