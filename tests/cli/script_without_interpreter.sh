# What is wrong with the first line of a script, and what to do.
mkdir root d
mkelf other machine=62
printf '#!/bin/sh\n' >sh
printf '#!/no/such/interpreter\n' >none
printf '#!\n' >empty
printf '#!./self\n' >self
printf '#!./other\n' >other-machine
m2sim run --root root -- ./sh; echo $?
for f in none empty self other-machine; do
    m2sim run -- ./$f; echo $?
done
mkelf d/p
printf '#!%s/d/p\n' "$PWD" >hidden
mkdir w
cd w
m2sim run -- ../hidden; echo $?
