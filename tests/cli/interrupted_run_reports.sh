# SIGINT and SIGTERM end a run with what there is, and status 130. The program says when it runs.
mkelf p d2800020 100000e1 d2800022 d2800808 d4000001 14000000 d503201f d503201f 00000062
for command in 'run' 'time'; do
    for signal in INT TERM; do
        m2sim $command --no-host -o report -- ./p >said &
        until [ -s said ]; do sleep 0.1; done
        kill -s $signal $!
        wait $!
        echo "status $?, $(grep -cE '[1-9][0-9,]*  instructions' report)"
        : >said
    done
done
