mkelf p
m2sim time --set core.rob.groups -- ./p
