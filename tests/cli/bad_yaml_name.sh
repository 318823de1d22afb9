mkelf p
printf 'rob:\n  gruops: 100\n' >core.yaml
m2sim time --core core.yaml -- ./p
