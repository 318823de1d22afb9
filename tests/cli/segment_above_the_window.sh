mkelf p vaddr=0xffffffff00000000 entry=0xffffffff00000078
m2sim run -- ./p
