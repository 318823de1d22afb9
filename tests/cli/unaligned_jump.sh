# br to 0x40007a
mkelf p 10000000 91000800 d61f0000
m2sim run -- ./p
