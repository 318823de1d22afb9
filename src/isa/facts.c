#include "isa/facts.h"

#include <string.h>

static const u8 branches[CLASS_COUNT] = {
#define BRANCH(class, kind) [CLASS_##class] = ISA_##kind,
#define SERIAL(row)
#define ACCESS(row, bytes, field)
#include "isa/facts.def"
#undef BRANCH
#undef SERIAL
#undef ACCESS
};

static const struct {
    u8 bytes;
    char field;   // '_': always so many
    bool serial;
} facts[OP_COUNT] = {
#define BRANCH(class, kind)
#define SERIAL(row) [OP_##row] = { .serial = true },
#define ACCESS(row, bytes, field) [OP_##row] = { bytes, #field[0], false },
#include "isa/facts.def"
#undef BRANCH
#undef SERIAL
#undef ACCESS
};

static enum op op_of(const struct row *r)
{
    return (enum op)(r - isa_row(OP_UNDEFINED));
}

enum isa_branch isa_branch(const struct row *r)
{
    return (enum isa_branch)branches[r->class];
}

bool isa_serial(const struct row *r)
{
    return facts[op_of(r)].serial;
}

bool isa_sign_extends(const struct row *r)
{
    size_t n = r->syntax ? strcspn(r->syntax, " ") : 0;
    return r->flags & LOADS && n > 2 && r->syntax[n - 2] == 's' && strchr("bhw", r->syntax[n - 1]);
}

u32 isa_field(const struct row *r, u32 word, char letter)
{
    u32 value = 0, place = 32;
    for (const char *p = r->encoding; p && *p; p++) {
        place -= *p != ' ';
        if (*p == letter)
            value = value << 1 | (word >> (place & 31) & 1);
    }
    return value;
}

u8 isa_access_bytes(const struct row *r, u32 word)
{
    enum op op = op_of(r);
    return (u8)(facts[op].bytes << isa_field(r, word, facts[op].field));
}
