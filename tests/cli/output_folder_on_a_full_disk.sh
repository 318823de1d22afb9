mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
mkdir d
ln -s /dev/full d/report.txt.part
m2sim time -o d -- ./p
