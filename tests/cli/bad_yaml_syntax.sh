mkelf p
printf 'core:\n  rob: [1, 2\n' >core.yaml
m2sim time --core core.yaml -- ./p
