// Operands of the integer, branch and system instructions.
#include "isa/operands.h"

#include <inttypes.h>

#include "isa/cpu.h"

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
GPR(Xm_sp, 16, true, true)
GPR(Rm_ext, 16, w >> 31 && bits(w, 13, 2) == 3, false)

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

bool dec_movnimm(struct insn *i, u32 w)
{
    bool ok = dec_movimm(i, w);
    i->imm = w >> 31 ? ~i->imm : (i64)(u32)~i->imm;
    return ok;
}

void out_movnimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    out_movimm(t, i, w, pc);
}

static u64 width_mask(int width)
{
    return ~0ull >> (64 - width);
}

static bool is_movz(u64 value)
{
    for (int shift = 0; shift < 64; shift += 16)
        if ((value & ~(0xffffull << shift)) == 0)
            return true;
    return false;
}

bool isa_is_movw(u64 value, int width)
{
    return is_movz(value & width_mask(width)) || is_movz(~value & width_mask(width));
}

// MOVN reads as MOV unless MOVZ could make the same value, or "#0, lsl #16" would be lost.
bool isa_movn_is_mov(u32 w)
{
    struct insn i = { 0 };
    dec_movnimm(&i, w);
    return !is_movz((u64)i.imm) && !(bits(w, 5, 16) == 0 && i.aux);
}

// Arm ARM, DecodeBitMasks: an element of 2 to 64 bits holding s + 1 ones rotated right by r,
// repeated over the register.
bool dec_logimm(struct insn *i, u32 w)
{
    u32 n = bits(w, 22, 1), r = bits(w, 16, 6), s = bits(w, 10, 6);
    u32 size_bits = n << 6 | (~s & 63);
    if (size_bits < 2 || (n && !(w >> 31)))
        return false;
    int size = 1 << (31 - __builtin_clz(size_bits));
    s &= (u32)size - 1;
    r &= (u32)size - 1;
    if (s == (u32)size - 1)
        return false;
    u64 element = width_mask((int)s + 1);
    if (r)
        element = (element >> r | element << ((u32)size - r)) & width_mask(size);
    for (int k = size; k < 64; k *= 2)
        element |= element << k;
    i->imm = (i64)(w >> 31 ? element : (u32)element);
    return true;
}

void out_logimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%#" PRIx64, (u64)i->imm);
}

void out_logsimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%" PRId64, w >> 31 ? i->imm : (i64)(i32)i->imm);
}

// -- Bit fields --

bool dec_immr(struct insn *i, u32 w)
{
    i->imm = bits(w, 16, 6);
    return true;
}

void out_immr(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 16, 6));
}

bool dec_imms(struct insn *i, u32 w)
{
    i->imm = bits(w, 10, 6);
    return true;
}

void out_imms(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 10, 6));
}

// After rotating right by immr, the field lies at 0 (extract) or at width - immr (insert).
bool dec_bf(struct insn *i, u32 w)
{
    u32 r = bits(w, 16, 6), s = bits(w, 10, 6), width = w >> 31 ? 64 : 32;
    i->aux = (u16)r;
    i->imm = (i64)(s >= r ? width_mask((int)(s - r) + 1) : width_mask((int)s + 1) << (width - r));
    return true;
}

bool dec_sbf(struct insn *i, u32 w)
{
    u32 r = bits(w, 16, 6), s = bits(w, 10, 6), top = w >> 31 ? 63 : 31;
    i->aux = (u16)(top - s);
    i->imm = (top - s + r) & top;
    return true;
}

static void two(struct text *t, u32 a, u32 b)
{
    text_printf(t, "#%u, #%u", a, b);
}

void out_bf(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    two(t, bits(w, 16, 6), bits(w, 10, 6));
}

void out_sbf(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    two(t, bits(w, 16, 6), bits(w, 10, 6));
}

void out_lslimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", (w >> 31 ? 63 : 31) - bits(w, 10, 6));
}

void out_bfi(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    u32 width = w >> 31 ? 64 : 32;
    two(t, (width - bits(w, 16, 6)) & (width - 1), bits(w, 10, 6) + 1);
}

void out_bfx(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    two(t, bits(w, 16, 6), bits(w, 10, 6) - bits(w, 16, 6) + 1);
}

// -- Shifted and extended registers --

bool dec_shift(struct insn *i, u32 w)
{
    i->aux = (u16)bits(w, 10, 6);
    return w >> 31 || i->aux < 32;
}

bool dec_ashift(struct insn *i, u32 w)
{
    return dec_shift(i, w) && bits(w, 22, 2) != 3;
}

void out_shift(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const names[] = { "lsl", "lsr", "asr", "ror" };
    u32 type = bits(w, 22, 2);
    if (type || i->aux)
        text_printf(t, ", %s #%u", names[type], i->aux);
}

void out_ashift(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    out_shift(t, i, w, pc);
}

bool dec_ext(struct insn *i, u32 w)
{
    i->aux = (u16)bits(w, 10, 3);
    return i->aux <= 4;
}

// Beside SP the extension that changes nothing reads as LSL.
void out_ext(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const names[] = { "uxtb", "uxth", "uxtw", "uxtx",
                                         "sxtb", "sxth", "sxtw", "sxtx" };
    u32 option = bits(w, 13, 3);
    bool sp = i->d == REG_SP || i->n == REG_SP;
    if (sp && option == (w >> 31 ? 3 : 2)) {
        if (i->aux)
            text_printf(t, ", lsl #%u", i->aux);
        return;
    }
    text_printf(t, ", %s", names[option]);
    if (i->aux)
        text_printf(t, " #%u", i->aux);
}

// -- Conditions --

bool dec_imm5(struct insn *i, u32 w)
{
    i->imm = bits(w, 16, 5);
    return true;
}

void out_imm5(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 16, 5));
}

bool dec_nzcv(struct insn *i, u32 w)
{
    i->aux = (u16)bits(w, 0, 4);
    return true;
}

void out_nzcv(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 0, 4));
}

void out_cond12(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%s", isa_condition_names[bits(w, 12, 4)]);
}

void out_inv12(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%s", isa_condition_names[bits(w, 12, 4) ^ 1]);
}

bool dec_rmif(struct insn *i, u32 w)
{
    i->imm = bits(w, 15, 6);
    i->aux = (u16)bits(w, 0, 4);
    return true;
}

void out_rmif(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    two(t, bits(w, 15, 6), bits(w, 0, 4));
}

// -- Addresses --

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

bool dec_rel14(struct insn *i, u32 w)
{
    i->imm = sext(bits(w, 5, 14), 14) * 4;
    return true;
}

void out_rel14(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    offset(t, i->imm);
}

bool dec_bit(struct insn *i, u32 w)
{
    i->aux = (u16)(w >> 31 << 5 | bits(w, 19, 5));
    return true;
}

void out_bit(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", i->aux);
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
