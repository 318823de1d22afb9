m2sim --version --json | python3 -c "import json, sys; j = json.load(sys.stdin); print(sorted(j), j['schema'])"
m2sim --version --yaml
echo "status $?"
