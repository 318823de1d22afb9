m2sim runn
