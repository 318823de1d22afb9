#include "core/instr/plan.h"

#include <string.h>

#include "isa/cpu.h"
#include "isa/decode.h"
#include "isa/facts.h"
#include "isa/operands.h"
#include "uarch/bpred/bpred.h"

// -- Sources and results --

struct maker {
    struct plan *p;
    const struct row *row;
    const struct instr_timing *t;
    struct insn i;
    u32 word;
};

static u8 timing_register(const struct row *r, u32 slot, u32 reg)
{
    if (r->file[slot] == FILE_VEC)
        return (u8)(PLAN_V0 + (reg & 31));
    return reg == REG_ZERO || reg == REG_SINK ? PLAN_NONE : (u8)reg;
}

static void add_source(struct maker *m, u8 reg, u32 slot, bool address, bool data)
{
    struct plan *p = m->p;
    if (reg == PLAN_NONE || p->src_count == PLAN_SOURCES)
        return;
    p->data |= (u8)(data << p->src_count);
    p->late[p->src_count] = m->t->late[slot];
    p->src[p->src_count++] = address ? reg + PLAN_AS_ADDRESS : reg;
}

static void add_result(struct maker *m, u8 reg)
{
    struct plan *p = m->p;
    if (reg == PLAN_NONE || p->dst_count == PLAN_RESULTS)
        return;
    p->dst[p->dst_count++] = reg;
}

static void add_slot(struct maker *m, u32 slot, u32 reg, bool read, bool written)
{
    bool memory = m->p->kind >= PLAN_LOAD;
    bool address = memory && (slot == SLOT_N || (slot == SLOT_M && m->row->file[slot] != FILE_VEC));
    u8 r = timing_register(m->row, slot, reg);
    if (read)
        add_source(m, r, slot, slot == SLOT_N && memory, m->p->kind == PLAN_STORE && !address);
    if (written && slot == SLOT_N && memory)
        m->p->base = r;
    else if (written)
        add_result(m, r);
}

static void add_slots(struct maker *m)
{
    const struct row *r = m->row;
    u32 f = r->flags;
    bool d_read = f & (D_R | D_RW), d_written = !(f & D_R);
    bool store = m->p->kind == PLAN_STORE;   // its data in the order of memory
    if (r->file[SLOT_N])
        add_slot(m, SLOT_N, m->i.n, true, f & N_RW);
    if (store && r->file[SLOT_D])
        add_slot(m, SLOT_D, m->i.d, d_read, d_written);
    if (r->file[SLOT_M])
        add_slot(m, SLOT_M, m->i.m, !(f & M_W), f & (M_W | M_RW));
    if (r->file[SLOT_A])
        add_slot(m, SLOT_A, m->i.a, !(f & A_W), f & A_W);
    if (!store && r->file[SLOT_D])
        add_slot(m, SLOT_D, m->i.d, d_read, d_written);
    if (f & D_PAIR)
        add_slot(m, SLOT_D, m->i.d + 1u, d_read, d_written);
    if (f & M_PAIR)
        add_slot(m, SLOT_M, m->i.m + 1u, true, f & M_RW);
    u32 list = f & LIST4 ? 4 : f & LIST3 ? 3 : f & LIST2 ? 2 : 1;
    for (u32 k = 1; k < list; k++) {
        bool table = r->file[SLOT_N] == FILE_VEC;   // TBL, TBX
        u8 reg = (u8)(PLAN_V0 + (((table ? m->i.n : m->i.d) + k) & 31));
        if (table || d_read)
            add_source(m, reg, SLOT_NEXT + k - 1, false, m->p->kind == PLAN_STORE);
        if (!table && d_written)
            add_result(m, reg);
    }
    if (f & C_R)
        add_source(m, PLAN_FLAGS, SLOT_FLAGS, false, false);
    if (f & X30_R)
        add_source(m, 30, SLOT_N, false, false);
    if (f & C_W)
        add_result(m, PLAN_FLAGS);
    if (f & X30_W)
        add_result(m, 30);
}

// -- Kinds --

_Static_assert((int)ISA_CONDITIONAL == 1 + BRANCH_CONDITIONAL &&
                   (int)ISA_DIRECT == 1 + BRANCH_DIRECT && (int)ISA_CALL == 1 + BRANCH_CALL &&
                   (int)ISA_INDIRECT == 1 + BRANCH_INDIRECT &&
                   (int)ISA_INDIRECT_CALL == 1 + BRANCH_INDIRECT_CALL &&
                   (int)ISA_RETURN == 1 + BRANCH_RETURN,
               "plan.branch is an enum isa_branch");

static const struct {
    u8 head, tail;   // sets of enum plan_fuse
} fusing[OP_COUNT] = {
#define HEAD(row, pairs) [OP_##row].head = pairs,
#define TAIL(row, pair) [OP_##row].tail = FUSE_##pair,
#include "core/instr/fuse.def"
#undef HEAD
#undef TAIL
};

// Whether the core has the pair; of those with flags and registers the first is one issue.
static bool may_fuse(const struct plan *p, const struct core_params *c, u8 pair)
{
    bool simple = p->issue_count == 1 && p->issue[0].count == 1 && p->kind == PLAN_PLAIN;
    switch (pair) {
    case FUSE_FLAGS: return c->fuse_compare_branch && simple;
    case FUSE_ALU: return c->fuse_alu_cbz && simple && p->dst_count;
    case FUSE_AESE:
    case FUSE_AESD: return c->fuse_aes;
    case FUSE_ADRP: return c->fuse_adrp_add;
    case FUSE_MOVZ: return c->fuse_mov_movk;
    case FUSE_EOR: return c->fuse_crypto_eor;
    default: return false;
    }
}

static void set_fusion(struct maker *m, const struct core_params *c)
{
    enum op op = isa_op_of_run(m->i.run);
    struct plan *p = m->p;
    for (u32 pair = 1; pair <= FUSE_EOR; pair *= 2)
        if (fusing[op].head & pair && may_fuse(p, c, (u8)pair))
            p->fuse_head |= (u8)pair;
    p->fuse_tail = fusing[op].tail;
}

bool plan_fuses(const struct plan *head, const struct plan *tail)
{
    u8 pair = head->fuse_head & tail->fuse_tail;
    if (!pair || pair == FUSE_FLAGS)
        return pair;
    bool reads = tail->src_count && head->dst[0] == tail->src[0];
    if (pair == FUSE_EOR)   // its sources have no order
        reads |= tail->src_count == 2 && head->dst[0] == tail->src[1];
    if (!head->dst_count || !reads)
        return false;
    return pair == FUSE_ALU || (tail->dst_count && tail->dst[0] == head->dst[0]);
}

// The table says how long memory is busy with it. Its result is what was there before: it comes
// as a load's does, whatever the operands, which are needed only for what it writes.
static void set_atomic(struct plan *p, const struct core_params *c)
{
    p->data_latency = p->latency;
    p->latency = (u8)c->load_to_use;
    for (u32 k = 0; k < p->src_count; k++)
        if (p->src[k] < PLAN_AS_ADDRESS)
            p->late[k] = p->issue[p->memory_issue].delay + p->latency;
}

static void set_issues(struct maker *m, const struct core_params *c, struct instr_units u)
{
    const struct instr_timing *t = m->t;
    struct plan *p = m->p;
    p->uops = t->uops;
    p->latency = t->latency;
    p->base_issue = ISSUES_MAX;
    for (u32 k = 0; k < t->issue_count; k++) {
        const struct issue_timing *is = &t->issue[k];
        p->issue[k] = (struct plan_issue){ is->units, is->count, is->delay, is->busy };
        if (is->base)
            p->base_issue = (u8)k;
        if (is->units & (u.load | u.store) && p->kind >= PLAN_LOAD)
            p->memory_issue = (u8)k;
    }
    p->issue_count = t->issue_count;
    if (!p->issue_count && p->dst_count && !c->rename_moves) {
        u16 units = p->dst[0] >= PLAN_V0 && p->dst[0] < PLAN_FLAGS ? u.fp : u.integer;
        p->issue[p->issue_count++] = (struct plan_issue){ units, 1, 0, 1 };
    }
    if (p->kind == PLAN_STORE) {   // other issues put its data together
        p->data_latency = p->issue[p->memory_issue].delay;
        p->issue[p->memory_issue].delay = 0;
    }
    if (p->kind == PLAN_LOAD)
        p->data_latency = isa_sign_extends(m->row);
    if (p->kind == PLAN_ATOMIC) {
        set_atomic(p, c);
    } else if (p->kind >= PLAN_LOAD) {
        u8 delay = p->issue[p->memory_issue].delay;
        u32 before = p->latency, use = (u32)c->load_to_use, in_table = (u32)c->load_in_table,
            latency = before > delay ? before - delay : 1;
        p->latency = (u8)(latency + use > in_table ? latency + use - in_table : 0);
    }
    // A constant other than zero: so many a cycle at rename, the rest is issued.
    if (!p->issue_count && p->dst_count && !p->src_count && p->dst[0] < PLAN_V0 && m->i.imm) {
        p->flags |= PLAN_IMMEDIATE;
        p->latency = 1;
        p->issue[p->issue_count++] = (struct plan_issue){ u.integer, 1, 0, 1 };
    }
}

// A store whose data other issues put together takes elements from its registers by turns.
static void set_widths(struct plan *p)
{
    u32 regs = (u32)__builtin_popcount(p->data);
    bool vector = p->dst[0] >= PLAN_V0 && p->dst[0] < PLAN_FLAGS;
    p->narrow = p->kind == PLAN_STORE && (p->data_latency || p->size < 16 * regs);
    p->wide = p->kind == PLAN_LOAD && vector && p->size > 8 * p->dst_count;
}

// A result of an eliminated instruction is an old register: only its write is held.
static u64 holds_of(const struct plan *p)
{
    u64 holds = p->branch ? HOLD(HOLD_BRANCHES, 1) : 0;
    for (u32 k = 0; k < p->dst_count; k++) {
        u8 reg = p->dst[k];
        holds += HOLD(HOLD_WRITES, 1);
        if (p->issue_count)
            holds += HOLD(reg == PLAN_FLAGS ? HOLD_FLAGS : reg >= PLAN_V0 ? HOLD_FP : HOLD_INT, 1);
    }
    if (p->base != PLAN_NONE)
        holds += HOLD(HOLD_WRITES, 1) + HOLD(HOLD_INT, 1);
    return holds;
}

struct plan plan_of(const struct instr_table *t, const struct core_params *c, u32 word)
{
    struct plan p = { .kind = PLAN_PLAIN, .base = PLAN_NONE };
    memset(p.src, PLAN_NONE, sizeof(p.src));
    memset(p.dst, PLAN_SINK, sizeof(p.dst));
    struct insn i = isa_decode(word);
    struct maker m = { &p, isa_row(isa_op_of_run(i.run)), instr_timing(t, &i, word), i, word };
    u32 f = i.run == RUN_UNDEFINED ? 0 : m.row->flags;
    if (f & (LOADS | STORES))
        p.kind = f & LOADS ? f & STORES ? PLAN_ATOMIC : PLAN_LOAD : PLAN_STORE;
    else if (i.run != RUN_UNDEFINED && m.row->class == CLASS_DIV)
        p.kind = PLAN_DIVIDE;
    if (i.run != RUN_UNDEFINED) {
        add_slots(&m);
        p.branch = isa_branch(m.row);
    }
    set_issues(&m, c, instr_units(t));
    if (p.branch && p.branch <= 1 + BRANCH_CALL && p.issue_count < ISSUES_MAX)
        p.displacement = (i32)i.imm;
    if (p.kind >= PLAN_LOAD) {
        p.size = isa_access_bytes(m.row, word);
        p.flags |= PLAN_GROUP_START;
        set_widths(&p);
    }
    if (p.branch == 1 + BRANCH_CONDITIONAL)
        p.flags |= PLAN_GROUP_END;
    if (i.run != RUN_UNDEFINED)
        set_fusion(&m, c);
    p.holds = holds_of(&p);
    p.group_need = (u16)(p.uops << 8 | p.issue_count);
    if (p.kind == PLAN_PLAIN && p.issue_count == 1 && p.issue[0].count == 1 &&
        p.issue[0].busy == 1 && p.src_count <= 3 && p.dst_count <= 2 &&
        !(p.flags & PLAN_IMMEDIATE) && p.base_issue == ISSUES_MAX)
        p.flags |= PLAN_SIMPLE;
    for (u32 k = 0; k < p.src_count; k++)
        p.flags |= p.late[k] ? PLAN_LATE : 0;
    if (p.kind >= PLAN_LOAD && p.issue_count == 1 && p.issue[0].count == 1 && !p.issue[0].delay &&
        p.base_issue == ISSUES_MAX)
        p.flags |= PLAN_ONE_ACCESS;
    if (isa_serial(m.row))
        p.flags |= PLAN_SERIALIZE;
    return p;
}
