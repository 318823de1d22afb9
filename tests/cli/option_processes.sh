# exit(-fork()) in the parent; a child's is 0. EAGAIN is 11, a number of a child negative.
mkelf p d2800220 d2800001 d2801b88 d4000001 b4000080 cb0003e0 d2800ba8 d4000001 d2800000 d2800ba8 d4000001
for command in run time profile pipeline 'explain --what-if none'; do
    for most in 1 2; do
        m2sim $command -q --processes $most -- ./p
        [ $? -eq 11 ] && echo "$command, $most: refused" || echo "$command, $most: made"
    done
done
m2sim run --processes 0 -- ./p
echo "status $?"
