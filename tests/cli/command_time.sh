mkelf p
m2sim time --no-host ./p 2>&1 | sed -n '4,6p'
m2sim time -h | head -1
