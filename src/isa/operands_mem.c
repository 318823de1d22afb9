// Operands of loads and stores.
#include "isa/operands.h"

#include <inttypes.h>

// -- Offsets --

static void offset(struct text *t, i64 imm)
{
    text_printf(t, "#%" PRId64, imm);
}

// A row for each scale: dec_ fills imm, out_ prints it, with its comma and only when not
// zero where `optional`.
#define OFFSET(name, value, optional) \
    bool dec_##name(struct insn *i, u32 w) \
    { \
        i->imm = (value); \
        return true; \
    } \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        if (optional && i->imm) \
            text_printf(t, ", "); \
        if (!optional || i->imm) \
            offset(t, i->imm); \
    }

OFFSET(uoff1, bits(w, 10, 12), true)
OFFSET(uoff2, bits(w, 10, 12) * 2, true)
OFFSET(uoff4, bits(w, 10, 12) * 4, true)
OFFSET(uoff8, bits(w, 10, 12) * 8, true)
OFFSET(uoff16, bits(w, 10, 12) * 16, true)
OFFSET(soff, sext(bits(w, 12, 9), 9), true)
OFFSET(simm9, sext(bits(w, 12, 9), 9), false)
OFFSET(poff4, sext(bits(w, 15, 7), 7) * 4, true)
OFFSET(poff8, sext(bits(w, 15, 7), 7) * 8, true)
OFFSET(poff16, sext(bits(w, 15, 7), 7) * 16, true)
OFFSET(pimm4, sext(bits(w, 15, 7), 7) * 4, false)
OFFSET(pimm8, sext(bits(w, 15, 7), 7) * 8, false)
OFFSET(pimm16, sext(bits(w, 15, 7), 7) * 16, false)
OFFSET(aoff, sext(bits(w, 22, 1) << 9 | bits(w, 12, 9), 10) * 8, true)
OFFSET(aimm, sext(bits(w, 22, 1) << 9 | bits(w, 12, 9), 10) * 8, false)

static bool offset_register(u32 w)
{
    return bits(w, 14, 1);   // extensions of bytes and halves are reserved
}

static void out_offset_register(struct text *t, u32 w, u32 scale)
{
    u32 option = bits(w, 13, 3), n = bits(w, 16, 5), scaled = bits(w, 12, 1);
    char kind = option & 1 ? 'x' : 'w';
    if (n == 31)
        text_printf(t, "%czr", kind);
    else
        text_printf(t, "%c%u", kind, n);
    if (option != 3)
        text_printf(t, ", %cxt%c", option & 4 ? 's' : 'u', kind);
    else if (scaled)
        text_printf(t, ", lsl");
    if (scaled)
        text_printf(t, " #%u", scale);
}

#define OFFSET_REGISTER(scale) \
    bool dec_roff##scale(struct insn *i, u32 w) \
    { \
        return offset_register(w); \
    } \
    void out_roff##scale(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        out_offset_register(t, w, scale); \
    }
OFFSET_REGISTER(0)
OFFSET_REGISTER(1)
OFFSET_REGISTER(2)
OFFSET_REGISTER(3)
OFFSET_REGISTER(4)

void out_prfop(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const kinds[] = { "pld", "pli", "pst" };
    u32 op = bits(w, 0, 5), kind = op >> 3, level = op >> 1 & 3;
    if (kind < 3 && level < 3)
        text_printf(t, "%sl%u%s", kinds[kind], level + 1, op & 1 ? "strm" : "keep");
    else
        text_printf(t, "#%u", op);
}

// Range prefetch hints are PRFM to the CPU.
void out_rprfop(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const names[] = { "pldkeep", "pstkeep", NULL, NULL, "pldstrm", "pststrm" };
    u32 op = bits(w, 15, 1) << 5 | bits(w, 13, 1) << 4 | bits(w, 12, 1) << 3 | bits(w, 0, 3);
    if (op < COUNT(names) && names[op])
        text_printf(t, "%s", names[op]);
    else
        text_printf(t, "#%u", op);
}

// -- Registers --

#define SCALAR(name, low, letter) \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        text_printf(t, "%c%u", letter, bits(w, low, 5)); \
    }
SCALAR(Bt, 0, 'b')
SCALAR(Ht, 0, 'h')
SCALAR(St, 0, 's')
SCALAR(Dt, 0, 'd')
SCALAR(Qt, 0, 'q')
SCALAR(St2, 10, 's')
SCALAR(Dt2, 10, 'd')
SCALAR(Qt2, 10, 'q')

static void gpr(struct text *t, u32 n, bool wide)
{
    if (n == 31)
        text_printf(t, wide ? "xzr" : "wzr");
    else
        text_printf(t, "%c%u", wide ? 'x' : 'w', n);
}

#define GPR(name, low, wide) \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        gpr(t, bits(w, low, 5), wide); \
    }
GPR(Rd_z, 0, w >> 30 == 3)
GPR(Rm_z, 16, w >> 30 == 3)
GPR(Rd_30, 0, bits(w, 30, 1))
GPR(Ra_30, 10, bits(w, 30, 1))

#define GPR_PAIR(name, low) \
    bool dec_##name(struct insn *i, u32 w) \
    { \
        return bits(w, low, 1) == 0; \
    } \
    void out_##name(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        gpr(t, bits(w, low, 5), bits(w, 30, 1)); \
        text_printf(t, ", "); \
        gpr(t, bits(w, low, 5) + 1, bits(w, 30, 1)); \
    }
GPR_PAIR(Rd_pair, 0)
GPR_PAIR(Rm_pair, 16)

// -- Parts of mnemonics --

void out_bh(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const sizes[] = { "b", "h", "", "" };
    text_printf(t, "%s", sizes[w >> 30]);
}

static void acquire_release(struct text *t, bool acquire, bool release)
{
    text_printf(t, "%s%s", acquire ? "a" : "", release ? "l" : "");
}

void out_ar(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    acquire_release(t, bits(w, 23, 1), bits(w, 22, 1));
}

void out_al(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    acquire_release(t, bits(w, 22, 1), bits(w, 15, 1));
}

void out_ab23(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c", "ab"[bits(w, 23, 1)]);
}

// -- Lists of vector registers --

static void list(struct text *t, u32 first, u32 count, const char *arrangement)
{
    for (u32 k = 0; k < count; k++)
        text_printf(t, "%s v%u.%s", k ? "," : "{", (first + k) % 32, arrangement);
    text_printf(t, " }");
}

static void list_of_registers(struct text *t, u32 w, u32 count)
{
    static const char *const names[] = { "8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d" };
    list(t, bits(w, 0, 5), count, names[bits(w, 10, 2) << 1 | bits(w, 30, 1)]);
}

// Element size (log2 of bytes) of a single-element row, or -1 when reserved.
static int lane_size(u32 w)
{
    u32 scale = bits(w, 14, 2), size = bits(w, 10, 2);
    switch (scale) {
    case 0: return 0;
    case 1: return size & 1 ? -1 : 1;
    case 2: return size == 0 ? 2 : size == 1 && !bits(w, 12, 1) ? 3 : -1;
    default: return -1;
    }
}

static bool decode_lane(struct insn *i, u32 w)
{
    int size = lane_size(w);
    if (size < 0)
        return false;
    u32 index = bits(w, 30, 1) << 3 | bits(w, 10, 3);   // Q:S:size
    i->aux = (u16)(index >> size);
    return true;
}

static void list_of_elements(struct text *t, const struct insn *i, u32 w, u32 count)
{
    static const char *const names[] = { "b", "h", "s", "d" };
    list(t, bits(w, 0, 5), count, names[lane_size(w) & 3]);
    text_printf(t, "[%u]", i->aux);
}

#define LISTS(n) \
    void out_Lt##n(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        list_of_registers(t, w, n); \
    } \
    bool dec_Et##n(struct insn *i, u32 w) \
    { \
        return decode_lane(i, w); \
    } \
    void out_Et##n(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        list_of_elements(t, i, w, n); \
    } \
    OFFSET(mpost##n, n * (8 << bits(w, 30, 1)), false) \
    OFFSET(epost##n, n << (lane_size(w) & 3), false) \
    OFFSET(rpost##n, n << bits(w, 10, 2), false)
LISTS(1)
LISTS(2)
LISTS(3)
LISTS(4)

#define LISTS_INTERLEAVED(n) \
    bool dec_It##n(struct insn *i, u32 w) \
    { \
        return bits(w, 10, 2) != 3 || bits(w, 30, 1); \
    } \
    void out_It##n(struct text *t, const struct insn *i, u32 w, vaddr pc) \
    { \
        list_of_registers(t, w, n); \
    }
LISTS_INTERLEAVED(2)
LISTS_INTERLEAVED(3)
LISTS_INTERLEAVED(4)
