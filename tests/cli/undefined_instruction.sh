mkelf p 00000000
m2sim run -- ./p
