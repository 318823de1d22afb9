# The interpreter of a script is run as Linux runs it; what it exits with is argc.
mkelf argc f94003e0 d2800ba8 d4000001
printf '#! ./argc  one argument \n' >a
m2sim run -- ./a; echo $?
m2sim run -- ./a x y; echo $?
printf '#!./a\n' >b
m2sim run -- ./b; echo $?
