// Operands of loads and stores.
#include "isa/operands.h"

bool dec_uoff8(struct insn *i, u32 w)
{
    i->imm = bits(w, 10, 12) * 8;
    return true;
}

void out_uoff8(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    if (bits(w, 10, 12))
        text_printf(t, ", #%u", bits(w, 10, 12) * 8);
}
