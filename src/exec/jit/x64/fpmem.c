// Templates of isa/a64_mem.def: loads and stores of vector registers.
#include "exec/jit/x64/vec.h"

enum { NEAR_PC = 1 << 19 };   // where the guards of the window reach from any code

// What accesses of 1 << size bytes are: 0 to 4.
static const u32 load_ops[] = { 0, 0, V_MOVSS, 0x10 | M_0F | P_F2, V_MOVUPS };
static const u32 store_ops[] = { 0, 0, 0x11 | M_0F | P_F3, 0x11 | M_0F | P_F2, 0x11 | M_0F };

static u8 narrow_of(unsigned size)
{
    return size == 4 ? NARROW_NOT : size == 3 ? NARROW_64 : NARROW_32;
}

static void load(struct trans *t, unsigned size, u8 g, struct x64_mem m)
{
    u8 d = jit_v_target(t, g);
    jit_access(t);
    if (size >= 2) {
        vec_load(t, load_ops[size], d, m);
    } else {
        x64_rm(&t->e, (size ? 0xb7 : 0xb6) | M_0F, RDX, m);
        vec_from_x(t, false, d, RDX);
    }
    t->narrow[d] = narrow_of(size);
}

static void store(struct trans *t, unsigned size, u8 g, struct x64_mem m)
{
    u8 d = jit_v(t, g);
    if (size < 2)
        vec_to_x(t, false, RDX, d);
    jit_access(t);
    if (size >= 2)
        vec_store(t, store_ops[size], m, d);
    else
        x64_rm(&t->e, size ? 0x89 | P_66 : 0x88 | BYTES, RDX, m);
}

static void transfer(struct trans *t, const struct insn *i, unsigned size, bool is_store,
                     const struct jit_address *a)
{
    struct x64_mem m = jit_memory(t, a);
    if (is_store)
        store(t, size, i->d, m);
    else
        load(t, size, i->d, m);
}

enum mode { OFFSET, POST, PRE };

static bool by_immediate(struct trans *t, const struct insn *i, unsigned size, bool is_store,
                         enum mode mode)
{
    struct jit_address a = { i->n, NO_REG, 0, 0, mode == POST ? 0 : i->imm };
    transfer(t, i, size, is_store, &a);
    if (mode != OFFSET)
        jit_x_add(t, i->n, i->imm);
    return true;
}

static bool by_register(struct trans *t, const struct insn *i, unsigned v, unsigned size,
                        bool is_store)
{
    struct jit_address a = { i->n, i->m, (u8)(v >> 1), v & 1 ? (u8)size : 0, 0 };
    transfer(t, i, size, is_store, &a);
    return true;
}

#define TRANSFER(name, size, is_store) \
    static bool name##_imm(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return by_immediate(t, i, size, is_store, OFFSET); \
    } \
    static bool name##_post(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return by_immediate(t, i, size, is_store, POST); \
    } \
    static bool name##_pre(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return by_immediate(t, i, size, is_store, PRE); \
    } \
    static bool name##_reg(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return by_register(t, i, v, size, is_store); \
    }
TRANSFER(ldr_b, 0, false)
TRANSFER(ldr_h, 1, false)
TRANSFER(ldr_s, 2, false)
TRANSFER(ldr_d, 3, false)
TRANSFER(ldr_q, 4, false)
TRANSFER(str_b, 0, true)
TRANSFER(str_h, 1, true)
TRANSFER(str_s, 2, true)
TRANSFER(str_d, 3, true)
TRANSFER(str_q, 4, true)

static bool literal(struct trans *t, const struct insn *i, unsigned size)
{
    u64 target = t->pc + (u64)i->imm;
    if (i->imm <= -NEAR_PC || i->imm >= NEAR_PC || target >> 63)
        return false;
    struct jit_address a = { NO_REG, NO_REG, 0, 0, (i64)target };
    transfer(t, i, size, false, &a);
    return true;
}

static bool ldr_s_lit(struct trans *t, const struct insn *i, unsigned v)
{
    return literal(t, i, 2);
}

static bool ldr_d_lit(struct trans *t, const struct insn *i, unsigned v)
{
    return literal(t, i, 3);
}

static bool ldr_q_lit(struct trans *t, const struct insn *i, unsigned v)
{
    return literal(t, i, 4);
}

// -- Pairs --

// Either access may fault: the first register changes when both are done.
static void load_pair(struct trans *t, const struct insn *i, unsigned size, struct x64_mem m)
{
    jit_access(t);
    vec_load(t, load_ops[size], XMM0, m);
    m.disp += 1 << size;
    load(t, size, i->a, m);
    u8 d = jit_v_target(t, i->d);
    vec_move(t, d, XMM0);
    t->narrow[d] = narrow_of(size);
}

// A store that faults in its second half has done the first, as the interpreter's has.
static void store_pair(struct trans *t, const struct insn *i, unsigned size, struct x64_mem m)
{
    jit_v(t, i->d);
    jit_v(t, i->a);
    store(t, size, i->d, m);
    m.disp += 1 << size;
    store(t, size, i->a, m);
}

static bool pair(struct trans *t, const struct insn *i, unsigned size, bool is_store,
                 enum mode mode)
{
    struct jit_address a = { i->n, NO_REG, 0, 0, mode == POST ? 0 : i->imm };
    if (i->d == i->a && !is_store)
        return false;
    struct x64_mem m = jit_memory(t, &a);
    if (is_store)
        store_pair(t, i, size, m);
    else
        load_pair(t, i, size, m);
    if (mode != OFFSET)
        jit_x_add(t, i->n, i->imm);
    return true;
}

#define PAIR(name, size, is_store) \
    static bool name##_off(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return pair(t, i, size, is_store, OFFSET); \
    } \
    static bool name##_post(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return pair(t, i, size, is_store, POST); \
    } \
    static bool name##_pre(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return pair(t, i, size, is_store, PRE); \
    }
PAIR(ldp_s, 2, false)
PAIR(ldp_d, 3, false)
PAIR(ldp_q, 4, false)
PAIR(stp_s, 2, true)
PAIR(stp_d, 3, true)
PAIR(stp_q, 4, true)

#define SINGLE_ENTRIES(up, low) \
    { OP_LDR_##up##_uimm, ldr_##low##_imm }, { OP_LDUR_##up, ldr_##low##_imm }, \
    { OP_LDR_##up##_post, ldr_##low##_post }, { OP_LDR_##up##_pre, ldr_##low##_pre }, \
    { OP_LDR_##up##_reg, ldr_##low##_reg }, { OP_STR_##up##_uimm, str_##low##_imm }, \
    { OP_STUR_##up, str_##low##_imm }, { OP_STR_##up##_post, str_##low##_post }, \
    { OP_STR_##up##_pre, str_##low##_pre }, { OP_STR_##up##_reg, str_##low##_reg }
#define PAIR_ENTRIES(up, low) \
    { OP_LDP_##up##_off, ldp_##low##_off }, { OP_LDP_##up##_post, ldp_##low##_post }, \
    { OP_LDP_##up##_pre, ldp_##low##_pre }, { OP_STP_##up##_off, stp_##low##_off }, \
    { OP_STP_##up##_post, stp_##low##_post }, { OP_STP_##up##_pre, stp_##low##_pre }

const struct jit_entry jit_fpmem_templates[] = {
    SINGLE_ENTRIES(B, b),        SINGLE_ENTRIES(H, h),        SINGLE_ENTRIES(S, s),
    SINGLE_ENTRIES(D, d),        SINGLE_ENTRIES(Q, q),        PAIR_ENTRIES(S, s),
    PAIR_ENTRIES(D, d),          PAIR_ENTRIES(Q, q),          { OP_LDR_S_lit, ldr_s_lit },
    { OP_LDR_D_lit, ldr_d_lit }, { OP_LDR_Q_lit, ldr_q_lit }, { 0 },
};
