mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
mkdir -p d/report.json
m2sim time -o d -- ./p
