#include "isa/operands.h"

#include <stdarg.h>
#include <stdio.h>

const struct operand_row isa_operands[OPERAND_COUNT] = {
#define OPERAND(name, slot, file, decode) { #name, #slot[0], FILE_##file, DECODE_##decode(name), out_##name },
#define DECODE_DEC(name) dec_##name
#define DECODE_NO(name) NULL
#include "isa/operands.def"
#undef OPERAND
};

const char *const isa_condition_names[16] = {
    "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv",
};

void text_printf(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->at, (size_t)(t->end - t->at), fmt, ap);
    va_end(ap);
    if (n > 0)
        t->at += n < t->end - t->at ? n : t->end - t->at - 1;
}
