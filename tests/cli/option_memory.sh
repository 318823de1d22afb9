# exit((sbrk(64 MiB) moved) ? 0 : 1): brk(0), then brk(that + 64 MiB), compared.
mkelf p d2800000 d2801ac8 d4000001 d2a08001 8b010002 aa0203e0 d4000001 eb02001f 9a9f07e0 d2800ba8 d4000001
for command in run time profile pipeline 'explain --what-if none'; do
    for size in 256MiB 48MiB; do
        m2sim $command -q --memory $size -- ./p
        echo "$command, $size: $?"
    done
done
m2sim run --memory 1M -- ./p
echo "status $?"
