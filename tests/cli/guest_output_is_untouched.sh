# write(1, pc-relative "m2", 2) from the code itself; exit(0)
mkelf p d2800020 100000e1 d2800042 d2800808 d4000001 d2800000 d2800ba8 d4000001 000a326d
m2sim run -- ./p
