// oom.h: the end where the host has no memory left.
#ifndef BASE_OOM_H
#define BASE_OOM_H

// Says so in one line and ends the process with 70, which is M2SIM_EXIT_INTERNAL.
_Noreturn void out_of_memory(void);

#endif
