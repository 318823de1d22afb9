mkelf p
m2sim run --json --no-host -- ./p
