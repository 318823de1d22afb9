# A file without sections, so that the code is what lies in its segment behind the headers.
mkelf p d2800540 94000002 d4000001 14000000
m2sim disasm ./p
m2sim disasm --start 0x40007c --stop 0x400080 --json ./p
m2sim disasm --start 0x400084 ./p | tail -n +3
