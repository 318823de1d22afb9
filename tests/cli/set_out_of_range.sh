mkelf p
m2sim time --set core.rob.groups=999999999 -- ./p
