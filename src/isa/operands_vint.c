// Operands of the Advanced SIMD integer instructions: elements, shifts, modified immediates.
#include "isa/operands.h"

#include <inttypes.h>

static const char letters[] = "bhsd";

static u32 q_of(u32 w)
{
    return bits(w, 30, 1);
}

static u32 size_of(u32 w)
{
    return bits(w, 22, 2);
}

void out_two(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%s", q_of(w) ? "2" : "");
}

bool dec_hs(struct insn *i, u32 w)
{
    return size_of(w) == 1 || size_of(w) == 2;
}

void out_hs(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
}

// -- Registers --

bool dec_IWd(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

void out_IWd(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c%u", letters[size_of(w) + 1], bits(w, 0, 5));
}

bool dec_IWn(struct insn *i, u32 w)
{
    return size_of(w) != 3;
}

void out_IWn(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c%u", letters[size_of(w) + 1], bits(w, 5, 5));
}

// `bytes` of lanes of size `size` (0 byte to 3 double).
static void vector(struct text *t, u32 n, u32 size, u32 bytes)
{
    text_printf(t, "v%u.%u%c", n, bytes >> size, letters[size]);
}

void out_Vd_L(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    vector(t, bits(w, 0, 5), size_of(w) + 1, 8u << q_of(w));
}

bool dec_Vn_R(struct insn *i, u32 w)
{
    return size_of(w) < 2 || (size_of(w) == 2 && q_of(w));
}

void out_Vn_R(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    vector(t, bits(w, 5, 5), size_of(w), 8u << q_of(w));
}

void out_Vd_1q(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.1q", bits(w, 0, 5));
}

void out_Vn_list(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    for (u32 k = 0; k <= bits(w, 13, 2); k++)
        text_printf(t, "%s%u.16b", k ? ", v" : "{ v", (bits(w, 5, 5) + k) % 32);
    text_printf(t, " }");
}

// -- Elements --

// Size of the element that imm5 names: its lowest bit that is set.
static u32 imm5_size(u32 w)
{
    return (u32)__builtin_ctz(bits(w, 16, 5) | 16);
}

bool dec_Vd_i(struct insn *i, u32 w)
{
    i->imm = bits(w, 16, 5) >> (imm5_size(w) + 1);
    return true;
}

void out_Vd_i(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.%c[%d]", bits(w, 0, 5), letters[imm5_size(w)], (int)i->imm);
}

bool dec_Vn_i(struct insn *i, u32 w)
{
    return dec_Vd_i(i, w);
}

void out_Vn_i(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.%c[%d]", bits(w, 5, 5), letters[imm5_size(w)], (int)i->imm);
}

bool dec_Vn_j(struct insn *i, u32 w)
{
    i->aux = (u16)(bits(w, 11, 4) >> imm5_size(w));
    return true;
}

void out_Vn_j(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.%c[%u]", bits(w, 5, 5), letters[imm5_size(w)], i->aux);
}

// Halves have three bits of index and leave four to the register.
bool dec_Vm_e(struct insn *i, u32 w)
{
    i->imm = bits(w, 11, 1) << 1 | bits(w, 21, 1);
    if (size_of(w) == 1) {
        i->imm = i->imm << 1 | bits(w, 20, 1);
        i->m = (u8)bits(w, 16, 4);
    }
    return size_of(w) == 1 || size_of(w) == 2;
}

void out_Vm_e(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.%c[%d]", i->m, letters[size_of(w)], (int)i->imm);
}

bool dec_Vm_4b_e(struct insn *i, u32 w)
{
    i->imm = bits(w, 11, 1) << 1 | bits(w, 21, 1);
    return true;
}

void out_Vm_4b_e(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "v%u.4b[%d]", i->m, (int)i->imm);
}

// -- Immediates --

void out_esize(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", 8u << size_of(w));
}

// Element bits that immh stands for: its highest bit that is set.
static u32 immh_bits(u32 w)
{
    return 8u << (31 - __builtin_clz(bits(w, 19, 4) | 1));
}

bool dec_shl(struct insn *i, u32 w)
{
    i->imm = (i64)bits(w, 16, 7) - immh_bits(w);
    return true;
}

bool dec_shr(struct insn *i, u32 w)
{
    i->imm = 2 * (i64)immh_bits(w) - bits(w, 16, 7);
    return true;
}

void out_shl(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%d", (int)i->imm);
}

void out_shr(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%d", (int)i->imm);
}

bool dec_extimm(struct insn *i, u32 w)
{
    i->imm = bits(w, 11, 4);
    return q_of(w) || i->imm < 8;
}

void out_extimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 11, 4));
}

bool dec_imm6_10(struct insn *i, u32 w)
{
    i->imm = bits(w, 10, 6);
    return true;
}

void out_imm6_10(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 10, 6));
}

static u32 imm8_of(u32 w)
{
    return bits(w, 16, 3) << 5 | bits(w, 5, 5);
}

// AdvSIMDExpandImm without floating point, inverted for MVNI and BIC.
bool dec_modimm(struct insn *i, u32 w)
{
    u64 imm8 = imm8_of(w), v;
    u32 cmode = bits(w, 12, 4), op = bits(w, 29, 1);
    if (cmode < 8)
        v = (imm8 << (cmode >> 1) * 8) * 0x100000001;
    else if (cmode < 12)
        v = (imm8 << (cmode >> 1 & 1) * 8) * 0x1000100010001;
    else if (cmode < 14)
        v = (cmode & 1 ? imm8 << 16 | 0xffff : imm8 << 8 | 0xff) * 0x100000001;
    else if (!op)
        v = imm8 * 0x101010101010101;
    else
        for (u32 k = v = 0; k < 8; k++)
            v |= (imm8 >> k & 1) * 0xffull << k * 8;
    i->imm = (i64)(op && cmode < 14 ? ~v : v);
    return true;
}

void out_modimm(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    u32 cmode = bits(w, 12, 4), shift = 8 * (cmode < 8 ? cmode >> 1 : cmode >> 1 & 1);
    if (cmode == 14 && bits(w, 29, 1)) {
        text_printf(t, "#%#016" PRIx64, (u64)i->imm);
        return;
    }
    text_printf(t, "#%u", imm8_of(w));
    if (cmode >> 1 == 6)
        text_printf(t, ", msl #%u", cmode & 1 ? 16 : 8);
    else if (cmode < 12 && shift)
        text_printf(t, ", lsl #%u", shift);
}
