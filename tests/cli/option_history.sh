mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
for k in 1 2; do
    m2sim bench --guests g --filter loop -r 1 --modes run --history h.sqlite >out
done
python3 -c "import sqlite3; print(sqlite3.connect('h.sqlite').execute('select count(*) from run').fetchone())"
