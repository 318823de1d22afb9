m2sim run
