mkelf p phnum=0
m2sim run -- ./p
