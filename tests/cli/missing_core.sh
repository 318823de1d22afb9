mkelf p
m2sim time --core m2-avalance -- ./p
