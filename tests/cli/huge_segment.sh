mkelf p memsz=0x7000000000000000
m2sim run -- ./p
