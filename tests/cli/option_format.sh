# A profile in each format; a suffix chooses too; an unknown one names them all.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for format in text json callgrind folded chrome; do
    m2sim profile --format $format -o profile -- ./p
    head -2 profile | cut -c-30
done
for suffix in callgrind pb.gz folded trace.json; do
    m2sim profile -o p.$suffix -- ./p
done
gzip -t p.pb.gz && head -1 p.callgrind && cut -d' ' -f1 p.folded && grep -c traceEvents p.trace.json
m2sim profile --format m2prof -o p.m2prof -- ./p
m2sim profile -o q.m2prof -- ./p
m2sim profile show p.m2prof --format json | grep -v '"command"' >one
m2sim profile show q.m2prof --json | grep -v '"command"' | cmp - one && echo the same
for format in text kanata o3pipeview html; do
    m2sim pipeline --format $format --instructions 2 -o pipeline -- ./p
    echo "status $?"
    head -3 pipeline
done
for suffix in txt kanata o3 html kanata.zst; do
    m2sim pipeline --instructions 2 -o p.$suffix -- ./p
done
head -qn 1 p.txt p.kanata p.o3 p.html
zstd -qdc p.kanata.zst | cmp - p.kanata && echo the same
m2sim pipeline --format m2prof -- ./p
echo "status $?"
m2sim profile --format gprof -- ./p
echo "status $?"
m2sim profile diff --format json p.m2prof q.m2prof
echo "status $?"
