mkelf p
m2sim config show >core.yaml
m2sim time --core core.yaml -- ./p
