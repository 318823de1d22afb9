# Twice each what the bounds and the network refuse: brk(brk(0) + 64 MiB), fork(), sendto() of nothing to 192.0.2.1:9.
mkelf memory d2800000 d2801ac8 d4000001 d2a08001 8b010013 aa1303e0 d4000001 aa1303e0 d4000001 d2800000 d2800ba8 d4000001
mkelf process d2800220 d2800001 d2801b88 d4000001 d2800220 d4000001 d2800000 d2800ba8 d4000001
mkelf net d2800040 d2800041 d2800002 d28018c8 d4000001 aa0003f3 d2800014 \
    aa1303e0 d2800001 d2800002 d2800003 10000164 d2800205 d28019c8 d4000001 91000694 f1000a9f 54fffecb \
    d2800000 d2800ba8 d4000001 d503201f 09000002 010200c0 00000000 00000000
try() {
    echo "$*:"
    m2sim "$@" 2>&1
}
for quiet in '' -q; do
    try run $quiet --memory 48MiB -- ./memory
    try run $quiet --processes 1 -- ./process
    try run $quiet -- ./net
    try run $quiet --net none -- ./net
done
try time --no-host --memory 48MiB -- ./memory | grep -c refused
