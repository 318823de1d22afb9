mkelf p truncate=100
m2sim run -- ./p
