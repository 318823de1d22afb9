mkelf p
m2sim disasm ./p | grep -c 'mov.*x0, #42'
m2sim disasm --help | sed -n 1,2p
m2sim disasm
echo "status $?"
