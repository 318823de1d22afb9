// Immediates, elements and odd arrangements of the floating-point instructions.
#include "isa/operands.h"

#define OUT(name) void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc)
#define DEC(name) bool dec_##name(struct insn *i, u32 w)

OUT(Vn_2h)
{
    text_printf(t, "v%u.2h", bits(w, 5, 5));
}

OUT(Vn_hh)
{
    text_printf(t, "v%u.%dh", bits(w, 5, 5), bits(w, 30, 1) ? 4 : 2);
}

OUT(Vm_hh)
{
    text_printf(t, "v%u.%dh", bits(w, 16, 5), bits(w, 30, 1) ? 4 : 2);
}

OUT(Vd_d1)
{
    text_printf(t, "v%u.d[1]", bits(w, 0, 5));
}

OUT(Vn_d1)
{
    text_printf(t, "v%u.d[1]", bits(w, 5, 5));
}

// -- Elements --

static u32 high_low(u32 w)
{
    return bits(w, 11, 1) << 1 | bits(w, 21, 1);
}

DEC(Vm_elF)
{
    bool wide = bits(w, 22, 1);
    i->aux = (u16)(wide ? bits(w, 11, 1) : high_low(w));
    return !wide || !bits(w, 21, 1);
}

OUT(Vm_elF)
{
    text_printf(t, "v%u.%c[%u]", i->m, "sd"[bits(w, 22, 1)], i -> aux);
}

DEC(Vm_elH)
{
    i->m &= 15;
    i->aux = (u16)(high_low(w) << 1 | bits(w, 20, 1));
    return true;
}

OUT(Vm_elH)
{
    text_printf(t, "v%u.h[%u]", i->m, i->aux);
}

// A vector of four halves holds two numbers.
DEC(Vm_elC)
{
    bool single = bits(w, 23, 1);
    i->aux = (u16)(single ? bits(w, 11, 1) : high_low(w));
    return single || bits(w, 30, 1) || !bits(w, 11, 1);
}

OUT(Vm_elC)
{
    text_printf(t, "v%u.%c[%u]", i->m, "hs"[bits(w, 23, 1)], i -> aux);
}

DEC(Vm_el2h)
{
    i->aux = (u16)high_low(w);
    return true;
}

OUT(Vm_el2h)
{
    text_printf(t, "v%u.2h[%u]", i->m, i->aux);
}

// -- Immediates --

// A 32-bit register has no more than 32 fraction bits.
DEC(fbits)
{
    i->imm = 64 - bits(w, 10, 6);
    return w >> 31 || bits(w, 15, 1);
}

OUT(fbits)
{
    text_printf(t, "#%d", (int)i->imm);
}

DEC(vfbits)
{
    u32 imm = bits(w, 16, 7);   // immh:immb, whose leading one is the element size
    u32 size = imm >> 6 ? 64 : imm >> 5 ? 32 : 16;
    i->imm = 2 * size - imm;
    return true;
}

OUT(vfbits)
{
    text_printf(t, "#%d", (int)i->imm);
}

// VFPExpandImm to a format of `exp` exponent and `frac` fraction bits.
static u64 expand(u32 imm8, int exp, int frac)
{
    u64 sign = imm8 >> 7, b = imm8 >> 6 & 1;
    u64 repeat = b ? (1ull << (exp - 3)) - 1 : 0;
    u64 e = (b ^ 1) << (exp - 1) | repeat << 2 | (imm8 >> 4 & 3);
    return (sign << exp | e) << frac | (u64)(imm8 & 15) << (frac - 4);
}

static double value_of(u32 imm8)
{
    double v = 16 + (imm8 & 15);
    int e = (int)((imm8 >> 4 & 7) ^ 4) - 7;
    for (; e > 0; e--)
        v *= 2;
    for (; e < 0; e++)
        v /= 2;
    return imm8 >> 7 ? -v : v;
}

DEC(fpimm)
{
    u32 imm8 = bits(w, 13, 8), type = bits(w, 22, 2);
    i->imm = (i64)(type == 0   ? expand(imm8, 8, 23)
                   : type == 1 ? expand(imm8, 11, 52)
                               : expand(imm8, 5, 10));
    return true;
}

OUT(fpimm)
{
    text_printf(t, "#%.8f", value_of(bits(w, 13, 8)));
}

static u32 vector_imm8(u32 w)
{
    return bits(w, 16, 3) << 5 | bits(w, 5, 5);
}

DEC(vfpimm)
{
    u32 imm8 = vector_imm8(w);
    if (bits(w, 29, 1))
        i->imm = (i64)expand(imm8, 11, 52);
    else if (bits(w, 11, 1))
        i->imm = (i64)(expand(imm8, 5, 10) * 0x0001000100010001);
    else
        i->imm = (i64)(expand(imm8, 8, 23) * 0x0000000100000001);
    return true;
}

OUT(vfpimm)
{
    text_printf(t, "#%.8f", value_of(vector_imm8(w)));
}

DEC(fnzcv)
{
    i->imm = bits(w, 0, 4);
    return true;
}

OUT(fnzcv)
{
    text_printf(t, "#%u", bits(w, 0, 4));
}

DEC(fcond)
{
    i->aux = (u16)bits(w, 12, 4);
    return true;
}

OUT(fcond)
{
    text_printf(t, "%s", isa_condition_names[bits(w, 12, 4)]);
}

DEC(fselcond)
{
    static const u32 widths[] = { 32, 64, 0, 16 };
    i->imm = (i64)(~0ull >> (64 - widths[bits(w, 22, 2)]) % 64);
    return true;
}

OUT(fselcond)
{
    text_printf(t, "%s", isa_condition_names[bits(w, 12, 4)]);
}

DEC(rot)
{
    i->imm = bits(w, 11, 2);
    return true;
}

OUT(rot)
{
    text_printf(t, "#%u", bits(w, 11, 2) * 90);
}

DEC(rote)
{
    i->imm = bits(w, 13, 2);
    return true;
}

OUT(rote)
{
    text_printf(t, "#%u", bits(w, 13, 2) * 90);
}

DEC(rot2)
{
    i->imm = bits(w, 12, 1) ? 3 : 1;
    return true;
}

OUT(rot2)
{
    text_printf(t, "#%u", bits(w, 12, 1) ? 270 : 90);
}
