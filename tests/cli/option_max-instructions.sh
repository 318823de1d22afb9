# An endless loop stops where it is told; a number may have a suffix, of either case.
mkelf p 14000000
for n in 1000 2k 1KiB 0x400; do
    m2sim run --max-instructions $n -- ./p
    echo "status $?"
done
m2sim time --max-instructions=1M --json --no-host -- ./p 2>&1 | grep -E '^  "(instructions|exit_status)"'
m2sim profile --max-instructions=1M -o profile -- ./p
echo "status $?"
grep -c 'Hot functions' profile
m2sim pipeline --max-instructions=1M -o pipeline -- ./p
echo "status $?, $(head -1 pipeline)"
m2sim explain --what-if fp --max-instructions=1M --json -- ./p 2>&1 | grep -E '^ +"instructions"'
