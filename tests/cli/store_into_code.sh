mkelf p 10000000 f9000000
m2sim run -- ./p
