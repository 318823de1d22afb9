mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
mkdir d
(
    ulimit -f 0
    m2sim time -o d -- ./p 2>&1
    echo $?
) | cat
