mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
m2sim bench --guests g --filter loop -r 1 --modes run --history h.sqlite --html page.html >out
grep -c '<svg' page.html
for label in one '<two>'; do
    m2sim accuracy --suite instructions --core m1-icestorm --every 400 --history h.sqlite --label "$label" --html page.html >out
done
grep -c '<svg' page.html
grep -o '<h2>[^/]*' page.html
grep -e 'http' -e '<two>' page.html || echo 'nothing from outside'
