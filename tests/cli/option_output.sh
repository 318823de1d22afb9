mkelf p
m2sim run --stats --no-host --output report -- ./p
cat report
m2sim time --no-host -o - -- ./p | head -2
m2sim time --no-host -o d/ -- ./p
ls d
m2sim profile -o profile.txt -- ./p
grep -c 'Hot functions' profile.txt
m2sim explain --what-if none -o why -- ./p
head -1 why
m2sim explain -o d/ -- ./p
echo "status $?"
m2sim profile -o e/ -- ./p
ls e | grep -v html   # which a build without node and npm has not; it says so in a line
m2sim time -q -o page.html -- ./p 2>err
case $? in
42) head -1 page.html ;;
70) sed 's/^m2sim: this m2sim was built without node and npm .*/<!DOCTYPE html>/' err ;;
esac
m2sim profile -o /dev/full -- ./p
echo "status $?"
m2sim pipeline -o e/ -- ./p
echo "status $?"
m2sim pipeline -o /dev/full -- ./p
echo "status $?"
m2sim pipeline -o pipeline -- ./p
head -1 pipeline
m2sim accuracy --suite instructions --core m1-icestorm --every 400 -o table
head -1 table
m2sim accuracy --suite instructions --core m1-icestorm --every 400 -o plots/ | head -1
ls plots | grep -c 'index.html'
mkdir -p g/O2
echo 'loop int 1 1 x.c' >g/programs.txt
cp p g/O2/loop
m2sim bench --guests g -r 1 --modes start -o bench.txt
grep -c 'start' bench.txt
m2sim isa -o instructions
grep -c '^FMADD ' instructions
m2sim isa --run -o /dev/full -- ./p
echo "status $?"
m2sim calibrate --suite sequences --every 64 --folds 1 --trajectories 1 --global 1 --local 1 --cache answers \
    --parameters forward.latency -o fit.yaml >out
grep -c '^extends: m2-avalanche' fit.yaml
