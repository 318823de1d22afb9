mkelf p type=1
m2sim run -- ./p
