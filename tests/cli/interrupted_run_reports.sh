# Signals from outside end a run with what there is, and status 128 + n. The program says when it runs.
mkelf p d2800020 100000e1 d2800022 d2800808 d4000001 14000000 d503201f d503201f 00000062
# The same with all signals blocked: the third ends it.
mkelf blocks d2800000 100001e1 d2800002 d2800103 d28010e8 d4000001 \
    d2800020 100000e1 d2800022 d2800808 d4000001 14000000 d503201f d503201f 00000062 d503201f ffffffff ffffffff
# Nothing but a signal from outside ends these: ppoll without an end, as in pause(), and sigsuspend.
mkelf pauses d2800020 10000161 d2800022 d2800808 d4000001 d2800000 d2800001 d2800002 d2800003 d2800928 d4000001 \
    14000000 00000062
mkelf suspends d2800020 10000121 d2800022 d2800808 d4000001 100000e0 d2800101 d28010a8 d4000001 14000000 \
    00000062 d503201f 00000000 00000000
# Nobody is there who could wake this one.
mkelf futex 10000100 d2801001 d2800002 d2800003 d2800c48 d4000001 14000000 d503201f 00000000

# A shell without jobs starts a command with `&` with SIGINT and SIGQUIT ignored; `as_usual` does not.
as_usual='env --default-signal=INT,QUIT'

# attempt PROGRAM COMMAND SIGNAL...
attempt() {
    program=$1
    command=$2
    shift 2
    : >said
    $as_usual m2sim $command --json --no-host -o report -- "./$program" >said 2>told &
    until [ -s said ]; do sleep 0.1; done
    for signal; do
        kill -s "$signal" $!
        sleep 0.2
    done
    wait $!
    echo "$program, $command, $*: status $?, $(cat said), $(cat told)," \
        "$(tr -d '\n' <report | grep -oE '"exit_status": [0-9]+, *"ended": "[a-z]+"')" \
        "$(grep -cE '"instructions": [1-9]' report)"
}

for command in run 'run --deterministic' time; do
    attempt p "$command" INT
    attempt p "$command" TERM
    attempt p "$command" HUP
    attempt p "$command" QUIT
    attempt blocks "$command" TERM INT TERM
    for program in pauses suspends; do
        attempt $program "$command" INT
        attempt $program "$command" TERM
    done
    timeout 20 m2sim $command -q -- ./futex 2>&1
    echo "status $?"
done
attempt p run USR1
attempt p run RTMIN
# What is ignored from the start ends neither the program nor m2sim; the last one does.
for command in run 'run --deterministic' time; do
    as_usual='' attempt p "$command" INT INT INT QUIT TERM
    as_usual='nohup' attempt p "$command" HUP HUP TERM
done
# Both at once, in a foreground: the guest ends by one of them.
cat >both.py <<'END'
import os, re, subprocess, sys
for first, second in ((2, 15), (15, 2)):
    run = subprocess.Popen(['m2sim', *sys.argv[1:], '--no-host', '-o', 'report', '--', './p'], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, text=True)
    run.stdout.read(1)
    os.kill(run.pid, first)
    os.kill(run.pid, second)
    said = run.communicate()[1]
    status = {'INT': 130, 'TERM': 143}.get(said.rpartition('SIG')[2].strip())
    print(f'both, {sys.argv[1]}: {said.rpartition("SIG")[0]}the signal of its status: {status == run.returncode}, report:',
          os.path.exists('report'))
    if os.path.exists('report'):
        os.remove('report')
END
for command in run 'run --deterministic' time; do
    python3 both.py $command
done
mkelf ends d2800060 d2800ba8 d4000001
m2sim run --json -- ./ends 2>&1 | grep ended
mkelf traps d4200000
m2sim run -q --json -o report -- ./traps 2>/dev/null
grep ended report
m2sim run -q --json -o report --max-instructions=100 -- ./p >said
grep ended report
