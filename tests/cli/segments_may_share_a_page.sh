mkelf p phnum=8 step=0x1000
m2sim run -- ./p
