# The row of RMIF was measured; that of BFDOT, which the M1 lacks, cannot have been.
m2sim isa | grep -E '^(instruction|RMIF|BFDOT_v) '
