# Each key is compared with all before it: a long file is refused before that, in lines or in one, in any mode.
awk 'BEGIN { for (i = 0; i < 100000; i++) print "a" i ": 1" }' >lines.yaml
awk 'BEGIN { printf "{"; for (i = 0; i < 5000; i++) printf "k%d: 1, ", i; print "}" }' >braces.yaml
awk 'BEGIN { for (i = 0; i < 4090; i++) print "a" i ": 1" }' >most.yaml
mkelf p
for file in lines braces most; do
    timeout 10 m2sim config show --core ./$file.yaml 2>&1
    echo "status $?"
done
timeout 10 m2sim time --core lines.yaml -- ./p 2>&1
echo "status $?"
