mkelf p vaddr=0xffffffff00000000
m2sim run -- ./p
