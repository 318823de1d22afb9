mkelf p entry=0x500000
m2sim run -- ./p
