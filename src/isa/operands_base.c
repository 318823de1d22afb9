// Operands of the integer, branch and system instructions.
#include "isa/operands.h"

#include <inttypes.h>

static void gpr(struct text *t, u32 n, bool wide, bool sp)
{
    if (n == 31)
        text_printf(t, "%s", sp ? (wide ? "sp" : "wsp") : (wide ? "xzr" : "wzr"));
    else
        text_printf(t, "%c%u", wide ? 'x' : 'w', n);
}

#define GPR(name, low, wide, sp) \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        gpr(t, bits(w, low, 5), wide, sp); \
    }

GPR(Rd, 0, w >> 31, false)
GPR(Rn, 5, w >> 31, false)
GPR(Rm, 16, w >> 31, false)
GPR(Ra, 10, w >> 31, false)
GPR(Xd, 0, true, false)
GPR(Xn, 5, true, false)
GPR(Xm, 16, true, false)
GPR(Xa, 10, true, false)
GPR(Wd, 0, false, false)
GPR(Wn, 5, false, false)
GPR(Wm, 16, false, false)
GPR(Wa, 10, false, false)
GPR(Rd_sp, 0, w >> 31, true)
GPR(Rn_sp, 5, w >> 31, true)
GPR(Xd_sp, 0, true, true)
GPR(Xn_sp, 5, true, true)

bool dec_addimm(struct insn *i, u32 w)
{
    i->imm = bits(w, 10, 12) << (bits(w, 22, 1) ? 12 : 0);
    return true;
}

void out_addimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u%s", bits(w, 10, 12), bits(w, 22, 1) ? ", lsl #12" : "");
}

bool dec_movimm(struct insn *i, u32 w)
{
    u32 shift = bits(w, 21, 2) * 16;
    i->imm = (i64)((u64)bits(w, 5, 16) << shift);
    i->aux = (u16)shift;
    return w >> 31 || shift < 32;
}

void out_movimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 5, 16));
    if (i->aux)
        text_printf(t, ", lsl #%u", i->aux);
}

static i64 adr_field(u32 w)
{
    return sext(bits(w, 5, 19) << 2 | bits(w, 29, 2), 21);
}

bool dec_adr(struct insn *i, u32 w)
{
    i->imm = adr_field(w);
    return true;
}

bool dec_adrp(struct insn *i, u32 w)
{
    i->imm = adr_field(w) * 4096;
    return true;
}

static void offset(struct text *t, i64 imm)
{
    text_printf(t, "#%" PRId64, imm);
}

void out_adr(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    offset(t, i->imm);
}

void out_adrp(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    offset(t, i->imm);
}

bool dec_rel26(struct insn *i, u32 w)
{
    i->imm = sext(bits(w, 0, 26), 26) * 4;
    return true;
}

void out_rel26(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    offset(t, i->imm);
}

bool dec_rel19(struct insn *i, u32 w)
{
    i->imm = sext(bits(w, 5, 19), 19) * 4;
    return true;
}

void out_rel19(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    offset(t, i->imm);
}

bool dec_cond0(struct insn *i, u32 w)
{
    i->aux = (u16)bits(w, 0, 4);
    return true;
}

void out_cond0(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%s", isa_condition_names[bits(w, 0, 4)]);
}

bool dec_imm16(struct insn *i, u32 w)
{
    i->imm = bits(w, 5, 16);
    return true;
}

void out_imm16(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%#x", bits(w, 5, 16));
}
