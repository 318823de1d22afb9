mkelf p type=3 vaddr=0
m2sim run -- ./p
