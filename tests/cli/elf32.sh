mkelf p bits=1
m2sim run -- ./p
