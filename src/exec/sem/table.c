#include "exec/sem/table.h"

u64x2 table_portable_lookup(const union vreg *t, unsigned regs, u64x2 index, u64x2 missing)
{
    union vreg at = { .vd = index }, r = { .vd = missing };
    for (unsigned k = 0; k < 16; k++)
        if (at.b[k] < 16 * regs)
            r.b[k] = t[at.b[k] >> 4].b[at.b[k] & 15];
    return r.vd;
}
