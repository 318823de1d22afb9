// Operands of exceptions, hints, barriers and system registers.
#include "isa/operands.h"

bool dec_imm16(struct insn *i, u32 w)
{
    i->imm = bits(w, 5, 16);
    return true;
}

void out_imm16(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%#x", bits(w, 5, 16));
}

bool dec_udf16(struct insn *i, u32 w)
{
    i->imm = w;
    return true;
}

void out_udf16(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", w);
}

// -- Pointer authentication --

void out_ab(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c", "ab"[bits(w, 6, 1)]);
}

void out_ab10(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c", "ab"[bits(w, 10, 1)]);
}

static const char *const keys[] = { "ia", "ib", "da", "db" };

void out_key(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%s", keys[bits(w, 10, 2)]);
}

void out_keyz(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    const char *k = keys[bits(w, 10, 2)];
    text_printf(t, "%cz%c", k[0], k[1]);
}

void out_xkey(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "%c", "id"[bits(w, 10, 1)]);
}

// -- Hints and barriers --

void out_bti(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const kinds[] = { "", " c", " j", " jc" };
    text_printf(t, "%s", kinds[bits(w, 6, 2)]);
}

bool dec_hint(struct insn *i, u32 w)
{
    i->imm = bits(w, 5, 7);
    return true;
}

void out_hint(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 5, 7));
}

void out_clrex(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    if (bits(w, 8, 4) != 15)
        text_printf(t, " #%u", bits(w, 8, 4));
}

void out_isb(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    out_clrex(t, i, w, pc);
}

void out_barrier(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    static const char *const domains[] = { "osh", "nsh", "ish", "" };
    static const char *const types[] = { "", "ld", "st", "" };
    u32 option = bits(w, 8, 4);
    if ((option & 3) == 0)
        text_printf(t, "#%u", option);
    else if (option == 15)
        text_printf(t, "sy");
    else
        text_printf(t, "%s%s", domains[option >> 2], types[option & 3]);
}

bool dec_pstate(struct insn *i, u32 w)
{
    i->imm = bits(w, 8, 1);
    return true;
}

void out_pstate(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    text_printf(t, "#%u", bits(w, 8, 1));
}

// -- System registers --

struct sysreg {
    const char *name;
    u16 encoding;   // op1, CRn, CRm, op2: bits 18-5 of MRS
    u64 value;
};

static const struct sysreg sysregs[] = {
#define SYSREG(name, op1, crn, crm, op2, value) \
    { #name, op1 << 11 | crn << 7 | crm << 3 | op2, value },
#include "isa/sysregs.def"
#undef SYSREG
};

static const struct sysreg *find_sysreg(u32 w)
{
    for (size_t k = 0; k < COUNT(sysregs); k++)
        if (sysregs[k].encoding == bits(w, 5, 14))
            return &sysregs[k];
    return NULL;
}

bool dec_sysreg(struct insn *i, u32 w)
{
    const struct sysreg *r = find_sysreg(w);
    if (r) {
        i->imm = (i64)r->value;
        return true;
    }
    u32 crm = bits(w, 8, 4);
    i->imm = 0;
    return bits(w, 12, 7) == 0 && crm >= 2 && crm <= 7;   // reserved ID registers read as zero
}

void out_sysreg(struct text *t, const struct insn *i, u32 w, vaddr pc)
{
    const struct sysreg *r = find_sysreg(w);
    if (r)
        text_printf(t, "%s", r->name);
    else
        text_printf(t, "S3_%u_C%u_C%u_%u", bits(w, 16, 3), bits(w, 12, 4), bits(w, 8, 4),
                    bits(w, 5, 3));
}
