mkelf p
m2sim time --model warp -- ./p
