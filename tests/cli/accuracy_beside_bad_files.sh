# What is wrong with a file to compare with, a history or a page gets one line, before anything is simulated.
try() {
    m2sim accuracy --suite instructions --core m1-icestorm --every 400 "$@" >out
    echo "$* status $?"
}
try --fail-over 2%
try --html page.html
try --vs none.json
try --vs h.sqlite@none
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --history h.sqlite --label one >out
try --vs h.sqlite@two
try --vs h.sqlite --model detailed
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --json --list -o points.json
printf '{"schema": 1,\n"model": "fa' >cut.json
try --vs cut.json
echo '{"schema": 1, "kind": "bench", "modes": []}' >bench.json
try --vs bench.json
try --vs .
echo 'no history' >words
try --vs words
try --history words
try --history words --fail-over 2%
head -c 20000 h.sqlite >cut.sqlite
try --vs cut.sqlite
try --history cut.sqlite
python3 - <<'P'
import sqlite3
d = sqlite3.connect('other.sqlite')
d.execute('create table accuracy(colour)')
d.commit()
d = sqlite3.connect('later.sqlite')
d.execute('create table accuracy(id)')
d.execute('pragma user_version = 7')
d.commit()
P
try --vs other.sqlite
try --history other.sqlite
try --history later.sqlite
try --vs later.sqlite
try --history /dev/full
try --history none/h.sqlite
try --history .
try --history h.sqlite --html /dev/full
try --history h.sqlite --html none/page.html
m2sim accuracy --suite loops --guests . --vs h.sqlite >out
echo "status $?"
m2sim accuracy --suite probes --core m1-icestorm --every 400 --vs points.json >out
echo "status $?"
ls
