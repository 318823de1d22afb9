// operands.h: how the operands of a64.def are decoded and printed.
#ifndef ISA_OPERANDS_H
#define ISA_OPERANDS_H

#include "isa/insn.h"

// A bounded line of text.
struct text {
    char *at, *end;   // *at is always the terminating zero
};
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline u32 bits(u32 w, int low, int width)
{
    return w >> low & ((1u << width) - 1);
}

static inline i64 sext(u64 v, int width)
{
    return (i64)(v << (64 - width)) >> (64 - width);
}

enum operand {
#define OPERAND(name, ...) OPERAND_##name,
#include "isa/operands.def"
#undef OPERAND
    OPERAND_COUNT
};

// Fills imm and aux of `i` from word `w`; false when the value is reserved.
typedef bool decode_operand(struct insn *i, u32 w);
// Prints the operand of the instruction at `pc`.
typedef void print_operand(struct text *t, const struct insn *i, u32 w, vaddr pc);

struct operand_row {
    const char *name;
    char slot;   // 'd' 'n' 'm' 'a', or '_'
    u8 file;     // enum regfile
    decode_operand *decode;   // NULL when there is nothing to do
    print_operand *print;
};
extern const struct operand_row isa_operands[OPERAND_COUNT];

#define OPERAND(name, slot, file, decode) OPERAND_##decode(name) print_operand out_##name;
#define OPERAND_DEC(name) decode_operand dec_##name;
#define OPERAND_NO(name)
#include "isa/operands.def"
#undef OPERAND
#undef OPERAND_DEC
#undef OPERAND_NO

extern const char *const isa_condition_names[16];

// Preferred aliases that need more than a look at a field.
bool isa_is_movw(u64 value, int width);   // one MOVZ or MOVN makes `value`
bool isa_movn_is_mov(u32 w);

#endif
