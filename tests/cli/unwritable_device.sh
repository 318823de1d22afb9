mkelf p
m2sim run --stats -o /dev/full -- ./p
