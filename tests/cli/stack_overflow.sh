mkelf p f81f0fe0 17ffffff
m2sim run -- ./p
