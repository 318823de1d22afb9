# A loop of 1000; report twice, the second time from the configuration the first has left.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
m2sim time --no-host -o first/ -- ./p
ls first
m2sim time --no-host -o second/ --core first/config.yaml -- ./p
for f in report.json stats.txt config.yaml; do
    grep -v '"command"' first/$f >a
    grep -v '"command"' second/$f >b
    cmp a b
done
m2sim time --no-host -j 1 -o second -- ./p
cmp first/stats.txt second/stats.txt
! grep host first/stats.txt
