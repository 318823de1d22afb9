// What the instructions of a64_mem.def do. See sem.h for the language.
#ifndef EXEC_SEM_MEM_H
#define EXEC_SEM_MEM_H

#include "exec/sem.h"

SEM(ldr_x_uimm)
{
    Xw(d, load64(Xr(n) + (u64)IMM));
}

SEM(str_x_uimm)
{
    store64(Xr(n) + (u64)IMM, Xr(d));
}

#endif
