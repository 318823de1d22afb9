// Words to text: the row's syntax, or that of the alias that applies.
#include "isa/decode.h"

#include <assert.h>
#include <string.h>

#include "isa/operands.h"

static const char *alias_of(enum op op, const struct insn *i, u32 w)
{
#define ALIAS(row, condition, syntax) \
    if (op == OP_##row && (condition)) \
        return syntax;
#include "isa/a64_alias.def"
#undef ALIAS
    return NULL;
}

static const struct operand_row *operand_named(const char *name, size_t n)
{
    for (u32 k = 0; k < OPERAND_COUNT; k++)
        if (!strncmp(isa_operands[k].name, name, n) && !isa_operands[k].name[n])
            return &isa_operands[k];
    return NULL;
}

static void print_syntax(struct text *t, const char *syntax, const struct insn *i, u32 w, vaddr pc)
{
    for (const char *p = syntax; *p; p++) {
        if (*p != '<') {
            text_printf(t, "%c", *p);
            continue;
        }
        size_t n = strcspn(p + 1, ">");
        const struct operand_row *o = operand_named(p + 1, n);
        assert(o);
        o->print(t, i, w, pc);
        p += n + 1;
    }
}

const char *isa_disassemble(u32 word, vaddr pc, char *buf, size_t size)
{
    struct text t = { buf, buf + size };
    assert(size > 0);
    *buf = 0;
    struct insn i = isa_decode(word);
    if (i.run == RUN_UNDEFINED) {
        text_printf(&t, ".inst 0x%08x", word);
        return buf;
    }
    enum op op = isa_op_of_run(i.run);
    const char *alias = alias_of(op, &i, word);
    print_syntax(&t, alias ? alias : isa_row(op)->syntax, &i, word, pc);
    return buf;
}

bool isa_target(u32 word, vaddr pc, vaddr *to)
{
    struct insn i = isa_decode(word);
    const struct row *r = isa_row(i.run == RUN_UNDEFINED ? OP_UNDEFINED : isa_op_of_run(i.run));
    for (u32 k = 0; k < r->operand_count; k++)
        switch (r->operand[k]) {
        case OPERAND_adrp: *to = (pc & ~(vaddr)4095) + (u64)i.imm; return true;
        case OPERAND_adr:
        case OPERAND_rel26:
        case OPERAND_rel19:
        case OPERAND_rel14: *to = pc + (u64)i.imm; return true;
        default: break;
        }
    return false;
}
