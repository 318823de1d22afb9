mkelf p
m2sim time -o no-such-folder/report -- ./p
