# What a shell's unset variable leaves is refused by name, before anything is done.
for option in --root --allow --allow-read --output --exec --max-instructions --env; do
    m2sim run $option '' -- ./p
    echo "status $?"
done
m2sim run --env '=1' -- ./p
m2sim accuracy --guests=
m2sim bench --m2sim= --vs=
m2sim bench --vs=
