mkelf p
m2sim time --set core.no.such=1 -- ./p
