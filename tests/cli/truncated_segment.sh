mkelf p filesz=0x8000 memsz=0x8000
m2sim run -- ./p
