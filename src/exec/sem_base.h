// What the instructions of a64_base.def do. See sem.h for the language.
#ifndef EXEC_SEM_BASE_H
#define EXEC_SEM_BASE_H

#include "exec/sem.h"

SEM(adr)
{
    Xw(d, PC + (u64)IMM);
}

SEM(adrp)
{
    Xw(d, (PC & ~0xfffull) + (u64)IMM);
}

SEM(add_imm)
{
    v ? Xw(d, Xr(n) + (u64)IMM) : Ww(d, Wr(n) + (u32)IMM);
}

SEM(adds_imm)
{
    Xw(d, add_flags(c, Xr(n), (u64)IMM, 0, v));
}

SEM(sub_imm)
{
    v ? Xw(d, Xr(n) - (u64)IMM) : Ww(d, Wr(n) - (u32)IMM);
}

SEM(subs_imm)
{
    Xw(d, sub_flags(c, Xr(n), (u64)IMM, v));
}

SEM(movz)
{
    Xw(d, (u64)IMM);
}

SEM(nop)
{
}

JMP(b)
{
    TAKE(IMM);
}

JMP(bl)
{
    c->x[30] = PC + 4;
    TAKE(IMM);
}

JMP(br)
{
    TAKE_PC(Xr(n));
}

JMP(b_cond)
{
    if (condition(c, v))
        TAKE(IMM);
    FALL;
}

JMP(cbz)
{
    if ((v ? Xr(d) : Wr(d)) == 0)
        TAKE(IMM);
    FALL;
}

JMP(cbnz)
{
    if ((v ? Xr(d) : Wr(d)) != 0)
        TAKE(IMM);
    FALL;
}

EXI(svc)
{
    LEAVE(TRAP_SVC, (u64)IMM, true);
}

EXI(brk)
{
    LEAVE(TRAP_BRK, (u64)IMM, false);
}

#endif
