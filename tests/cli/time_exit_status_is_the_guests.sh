mkelf p
m2sim time -o report -- ./p
