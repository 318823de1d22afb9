// Code that makes the records of stream/record.h.
//
// The records of a block stand at fixed places from HOST_RECORDS, which moves when the block
// is left: a record is written before it is known whether its instruction retires, and counts
// only then. A block is entered only with room for all its records (the budget sees to it).
#include "exec/fp/fpenv.h"
#include "exec/jit/block.h"

static struct x64_mem place(u16 index, i32 field)
{
    return x64_at(HOST_RECORDS, (i32)(index * sizeof(struct record)) + field);
}

// Uses rax. Keeps the flags.
static void put(struct trans *t, struct x64_mem m, u64 value)
{
    if ((i64)value == (i32)value) {
        x64_rm(&t->e, 0xc7 | W64, 0, m);
        x64_u32(&t->e, (u32)value);
    } else {
        x64_mov_imm(&t->e, RAX, value);
        x64_store(&t->e, true, m, RAX);
    }
}

static struct x64_mem head(u16 index)
{
    return place(index, offsetof(struct record, head));
}

static struct x64_mem addr(u16 index)
{
    return place(index, offsetof(struct record, addr));
}

void record_insn(struct trans *t, u16 back)
{
    if (!t->recording)
        return;
    i32 behind = -(i32)(back * sizeof(struct record));
    struct x64_mem h = head(t->index), a = addr(t->index);
    h.disp += behind;
    a.disp += behind;
    put(t, h, t->pc);
    const struct row *row = isa_row(isa_op_of_run(t->i->run));
    if (!(row->flags & (LOADS | STORES)) && row->class != CLASS_DIV)
        put(t, a, 0);
}

void record_address(struct trans *t, struct x64_mem address)
{
    if (!t->recording)
        return;
    u8 r = address.base;
    if (address.disp) {
        x64_lea(&t->e, true, RDX, address);
        r = RDX;
    }
    x64_store(&t->e, true, addr(t->index), r);
}

void record_quotient(struct trans *t, bool wide, bool is_signed)
{
    struct emit *e = &t->e;
    if (!t->recording)
        return;
    u8 q = RAX;
    if (is_signed) {
        q = RCX;
        x64_mov(e, wide, RCX, RAX);
        x64_rr(e, 0xf7 | x64_w(wide), 3, RCX);   // neg
        x64_cmov(e, CC_S, wide, RCX, RAX);
    }
    x64_mov_imm(e, RDX, ~0ull);
    x64_rr(e, 0xbd | M_0F | x64_w(wide), RCX, q);   // bsr
    x64_cmov(e, CC_Z, true, RCX, RDX);
    x64_alu_ri(e, ALU_ADD, true, RCX, 1);
    x64_store(e, true, addr(t->index), RCX);
}

void record_taken(struct trans *t, u16 index, vaddr pc, vaddr target)
{
    if (!t->recording)
        return;
    put(t, head(index), pc | RECORD_TAKEN);
    put(t, addr(index), target);
}

void record_taken_indirect(struct trans *t)
{
    if (!t->recording)
        return;
    put(t, head(t->index), t->pc | RECORD_TAKEN);
    x64_mov(&t->e, true, RAX, RDX);
    x64_shift_ri(&t->e, SH_SHL, true, RAX, 2);
    x64_store(&t->e, true, addr(t->index), RAX);
}

void record_advance(struct trans *t, u16 count)
{
    if (t->recording && count)
        x64_lea(&t->e, true, HOST_RECORDS, place(count, 0));
}

u64 record_room(const struct recorder *r, const struct record *at)
{
    return (u64)(r->buffer + RECORD_BATCH - at) - 1;
}

void record_definitions(const struct trans *t, struct cpu *c)
{
    struct recorder *r = c->exec->recorder;
    for (u32 k = 0; k < t->fresh_count; k++) {
        u32 word;
        memcpy(&word, c->mem + t->fresh[k], sizeof(word));
        *c->rec++ = (struct record){ t->fresh[k] | RECORD_DEF, word };
        if (c->rec != r->buffer + RECORD_BATCH)
            continue;
        fpenv_leave(c);   // whoever takes the records has its own floating point
        c->rec = r->buffer = r->next(r->ctx, r->buffer);
        fpenv_enter(c);
    }
    u64 room = record_room(r, c->rec);
    if (c->left > room) {
        c->exec->cut += c->left - room;
        c->left = room;
    }
}
