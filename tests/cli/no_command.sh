m2sim
