mkelf p d2800540 94000002 d4000001 14000000
m2sim disasm --start 0x400080 ./p | tail -n +5
m2sim disasm --start 0x400088 ./p
echo "status $?"
