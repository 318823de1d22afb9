mkelf p d2ffe1e0 f9000000
m2sim run -- ./p
