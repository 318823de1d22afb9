mkelf p d4200020
m2sim run -- ./p
