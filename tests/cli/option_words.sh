m2sim disasm --words 91000420 d65f03c0
echo 'd503201f 8b020020' | m2sim disasm -w
m2sim disasm --words 9100042x
echo "status $?"
