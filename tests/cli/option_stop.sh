mkelf p d2800540 94000002 d4000001 14000000
m2sim disasm --stop 0x40007c ./p | tail -n +5
m2sim disasm --start 0x40007c --stop 0x400080 ./p | tail -n +5
m2sim disasm --stop 0 ./p 2>&1
echo "status $?"
