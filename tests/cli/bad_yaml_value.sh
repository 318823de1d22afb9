mkelf p
printf 'rob:\n  groups: many\n' >core.yaml
m2sim time --core core.yaml -- ./p
