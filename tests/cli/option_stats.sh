mkelf p
m2sim run --no-host --stats -- ./p
