echo 'this is no program, though it is long enough to hold an ELF header of 64 bytes' >p
m2sim run -- ./p
