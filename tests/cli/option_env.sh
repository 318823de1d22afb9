# write(1, envp[0], 6)
mkelf p d2800020 f9400fe1 d28000c2 d2800808 d4000001 d2800000 d2800ba8 d4000001
env -i PATH="$PATH" m2sim run --env PATH=1 -- ./p
echo
env -i PATH="$PATH" m2sim time -q --env PATH=2 --env OTHER=3 -- ./p
echo
env -i PATH="$PATH" m2sim profile -q --env PATH=3 -- ./p
echo
env -i PATH="$PATH" m2sim explain -q --what-if none --env PATH=4 -- ./p
echo
env -i PATH="$PATH" m2sim pipeline -q --env PATH=5 -- ./p
echo
m2sim run --env PATH -- ./p
echo "status $?"
