mkelf p data=2
m2sim run -- ./p
