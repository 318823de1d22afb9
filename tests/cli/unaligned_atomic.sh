# ldar of 8 bytes at 0x40008c: it crosses 16 bytes
mkelf p 100000a1 c8dffc20
m2sim run -- ./p
