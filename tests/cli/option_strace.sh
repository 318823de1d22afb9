mkelf p
m2sim run --strace -- ./p
m2sim time --strace --no-host -o report -- ./p
head -2 report
