mkelf p d2bbd5a0 f2c00020 d61f0000
m2sim run -- ./p
