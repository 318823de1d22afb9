// tables.S: the tables of measured/, whose rows say what to measure.
#ifdef __APPLE__
#define NAME(x) _##x
    .section __TEXT,__const
#else
#define NAME(x) x
    .section .note.GNU-stack, "", %progbits
    .section .rodata
#endif

    .globl NAME(table_probes), NAME(table_probes_end), NAME(table_loops), NAME(table_loops_end)
    .globl NAME(table_kernels), NAME(table_kernels_end), NAME(table_apps), NAME(table_apps_end)

NAME(table_probes):
    .incbin "m2-probes.csv"
NAME(table_probes_end):
NAME(table_loops):
    .incbin "loops.csv"
NAME(table_loops_end):
NAME(table_kernels):
    .incbin "kernels.csv"
NAME(table_kernels_end):
NAME(table_apps):
    .incbin "apps.csv"
NAME(table_apps_end):
    .byte 0
