mkelf p
for command in 'run --stats' time; do   # profile says nothing of the host, and takes it
    m2sim $command -- ./p 2>with
    m2sim $command --no-host -- ./p 2>without
    grep -c 'the host took' with without
done
m2sim profile --no-host --json -o report -- ./p
grep -v '"command"' report >without
m2sim profile --json -o report -- ./p
grep -v '"command"' report | cmp - without && echo the same profile
