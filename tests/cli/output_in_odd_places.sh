# Links are followed to what they name; what leads nowhere is told of before the program runs, and an
# earlier report stays when the program cannot be.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
ln -s target link
m2sim time --no-host -o link -- ./p
[ -L link ] && grep -c exit target
ln -s nowhere/report dangling
ln -s loop loop
here=$PWD
mkdir gone
for output in dangling loop nowhere/report target/report; do
    m2sim time -o $output -- ./p 2>&1
    echo "status $?"
done
cd gone && rmdir ../gone
for output in report report/ ./report; do
    m2sim time -o $output -- "$here/p" 2>&1
    echo "status $?"
done
cd "$here" || exit
m2sim time -o target -- ./missing 2>&1
m2sim time --core nowhere/x.yaml -o target -- ./p 2>&1
m2sim accuracy -q --suite probes --core nowhere/x.yaml -o target 2>&1
grep -c exit target
ls
