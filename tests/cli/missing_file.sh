m2sim run -- ./no-such-program
