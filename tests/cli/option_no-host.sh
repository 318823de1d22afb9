mkelf p
for command in 'run --stats' time; do
    m2sim $command -- ./p 2>with
    m2sim $command --no-host -- ./p 2>without
    grep -c 'the host took' with without
done
