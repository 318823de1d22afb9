mkelf p
m2sim time --core no-such-core -- ./p
