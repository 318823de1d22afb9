# adrp x0, of a page beyond that of the address given
m2sim disasm --words --pc 0x400078 90000020 b0000000
m2sim disasm -w -p 4KiB b0000000
m2sim disasm --pc here --words 90000020
echo "status $?"
