# What a core file says wrongly of other files and of its own form, in a line that helps.
printf 'core:\n  rob:\n    groups: 100\n' >level.yaml
printf 'extends: own\n' >own.yaml
printf 'extends: two\n' >one.yaml
printf 'extends: one\n' >two.yaml
for file in level own one; do
    m2sim config show --core ./$file.yaml 2>&1
    echo "status $?"
done
