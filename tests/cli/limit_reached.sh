mkelf p 14000000
m2sim run --max-instructions 1000 -- ./p
