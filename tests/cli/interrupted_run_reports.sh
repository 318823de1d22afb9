# SIGINT and SIGTERM end a run with what there is, and status 130.
mkelf p 14000000
for command in 'run' 'time'; do
    for signal in INT TERM; do
        timeout --preserve-status -s $signal 1 m2sim $command --no-host -o report -- ./p
        echo "status $?, $(grep -cE '[1-9][0-9,]*  instructions' report)"
    done
done
