# None is passed over in silence.
for words in 'run --root . --host-files ./p' 'disasm --words --json d503201f' 'disasm --words --start 4 d503201f' \
    'disasm --words --stop 4 d503201f' 'disasm --pc 4 ./p' 'bench --vs a --vs-command b' 'bench --fail-over 3' \
    'bench --folded a' 'bench --profile --vs a' 'bench --html a' 'time --model detaild ./p' 'accuracy --model detaild' \
    --versoin; do
    m2sim $words
    echo "status $?"
done
