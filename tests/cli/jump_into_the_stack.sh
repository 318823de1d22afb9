mkelf p 910003e0 d61f0000
m2sim run -- ./p
