mkelf p d2bbd5a0 f2c00020 f9400001
m2sim run -- ./p
