// Branches.
#include "exec/jit/block.h"

#include "isa/facts.h"

// All but those that authenticate.
bool branch_known(u16 run)
{
    const struct row *r = isa_row(isa_op_of_run(run));
    return isa_branch(r) && r->feature != FEAT_PAUTH;
}

bool branch_conditional(u16 run)
{
    return isa_branch(isa_row(isa_op_of_run(run))) == ISA_CONDITIONAL;
}

// Emits the test; the condition under which the branch is taken, or -1: always (then it is
// the last).
static int test(struct trans *t, enum op op)
{
    struct emit *e = &t->e;
    const struct insn *i = t->i;
    if (op == OP_B_cond) {
        unsigned cond = i->run - RUN_B_cond;
        return cond < 14 ? (int)jit_condition(t, cond) : -1;
    }
    jit_flags_change(t);
    u8 r = jit_pinned(t, i->d);
    if (op == OP_CBZ || op == OP_CBNZ) {
        bool wide = i->run - (op == OP_CBZ ? RUN_CBZ : RUN_CBNZ);
        if (r != NO_REG)
            x64_test_rr(e, wide, r, r);
        else
            x64_alu_mi(e, ALU_CMP, wide, jit_x_slot(i->d), 0);
        return op == OP_CBZ ? CC_Z : CC_NZ;
    }
    u32 bit = i->aux & 63;
    if (r == NO_REG) {
        struct x64_mem m = jit_x_slot(i->d);
        m.disp += (i32)(bit / 8);
        x64_rm(e, 0xf6, 0, m);   // test byte
        x64_u8(e, 1u << bit % 8);
    } else if (bit < 32) {
        x64_test_ri(e, false, r, 1u << bit);
    } else {
        x64_rr(e, 0xba | M_0F | W64, 4, r);   // bt
        x64_u8(e, bit);
        return op == OP_TBZ ? CC_NC : CC_C;
    }
    return op == OP_TBZ ? CC_Z : CC_NZ;
}

static void store_all(struct trans *t)
{
    trans_store_dirty(&t->e, &t->xmm);
    t->xmm.dirty = 0;
}

// An edge out of the block: NZCV, if wanted there, is to be in cpu.host_nzcv.
static bool must_save(const struct trans *t, bool wanted)
{
    return wanted && t->flags != FLAGS_CPU && !t->flags_kept;
}

static void conditional(struct trans *t, enum op op, bool last)
{
    vaddr target = t->pc + (u64)t->i->imm;
    bool loops = last && t->loop && target == t->start;
    if (loops)
        loop_back(t);
    else if (last)
        store_all(t);
    if (last)
        record_taken(t, t->index, t->pc, target);
    else
        record_insn(t, 0);
    int cc = test(t, op);
    if (last)
        record_advance(t, t->count);
    bool save = must_save(t, t->live_taken[t->index]);
    if (cc < 0) {
        store_all(t);
        if (save)
            trans_save_flags(&t->e, t->flags);
        leave_jump(t, -1, target);
        return;
    }
    if (loops && !save) {
        x64_patch(x64_jcc(&t->e, (enum x64_cc)cc), t->loop);
    } else if (last && !save) {
        leave_jump(t, cc, target);
    } else {
        struct cold *k = trans_cold(t, COLD_EXIT, (enum x64_cc)cc);
        k->target = target;
        k->live = save;
        k->side = !last;
    }
    if (!last)
        return;
    store_all(t);
    record_insn(t, t->count);
    if (must_save(t, t->live_next))
        trans_save_flags(&t->e, t->flags);
    leave_own_pins(t);
    leave_jump(t, -1, t->pc + 4);
}

static void set_link(struct trans *t)
{
    u8 d = jit_x_target(t, 30, RAX);
    x64_mov_imm(&t->e, d, t->pc + 4);
    jit_x_done(t, 30, d);
}

static void direct(struct trans *t, enum op op)
{
    store_all(t);
    if (op == OP_BL)
        set_link(t);
    if (must_save(t, t->live_taken[t->index]))
        trans_save_flags(&t->e, t->flags);
    record_taken(t, t->index, t->pc, t->pc + (u64)t->i->imm);
    record_advance(t, t->count);
    leave_jump(t, -1, t->pc + (u64)t->i->imm);
}

// A target outside the window, or unaligned, is the interpreter's affair.
static void indirect(struct trans *t, enum op op)
{
    struct emit *e = &t->e;
    store_all(t);
    jit_flags_change(t);
    jit_x_to(t, t->i->n, RDX);
    x64_shift_ri(e, SH_ROR, true, RDX, 2);
    x64_mov(e, true, RCX, RDX);
    x64_shift_ri(e, SH_SHR, true, RCX, (u8)(__builtin_ctzll(t->jit->space->size) - 2));
    trans_cold(t, COLD_INTERP, CC_NZ);
    if (op == OP_BLR)
        set_link(t);
    record_taken_indirect(t);
    record_advance(t, t->count);
    leave_indirect(t);
}

void branch_emit(struct trans *t, bool last)
{
    enum op op = isa_op_of_run(t->i->run);
    if (branch_conditional(t->i->run))
        conditional(t, op, last);
    else if (isa_branch(isa_row(op)) <= ISA_CALL)
        direct(t, op);
    else
        indirect(t, op);
}
