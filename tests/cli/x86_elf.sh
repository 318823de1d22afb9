mkelf p machine=62
m2sim run -- ./p
