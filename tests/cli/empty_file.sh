: >p
m2sim run -- ./p
