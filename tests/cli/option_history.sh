mkdir -p g/O2
printf 'loop int 1 1 x.c\nother fp 1 1 y.c\n' >g/programs.txt
mkelf g/O2/loop d2a00240 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
cp g/O2/loop g/O2/other
for k in 1 2; do
    m2sim bench --guests g --filter loop -r 1 --modes run --history h.sqlite >out
done
python3 -c "import sqlite3; print(sqlite3.connect('h.sqlite').execute('select count(*) from run').fetchone())"
for k in 1 2; do
    m2sim accuracy --suite instructions --core m1-icestorm --every 400 --history h.sqlite >out
done
python3 - <<'P'
import sqlite3
d = sqlite3.connect('h.sqlite')
for table in 'run', 'accuracy':
    print(d.execute(f'select count(*) from {table}').fetchone())
for run, model, version, digest in d.execute('select id, model, version != "", length(model_digest) from accuracy'):
    print(run, model, version, digest)
print(d.execute('select suite, core, length(core_digest), family from accuracy_error where run = 1').fetchall())
print(d.execute('select count(*) > 5, count(distinct point) * 2 = count(*) from accuracy_value').fetchone())
P
