// Templates of isa/a64_mem.def: loads and stores of general registers. See trans.h.
#include "exec/jit/x64/trans.h"

enum mode { OFFSET, POST, PRE, REGISTER, LITERAL };

// A kind of single access: the host's instruction that makes it.
struct kind {
    u32 op;      // of the load or store
    u8 scale;    // log2 of its bytes
    bool store;
};

static const struct kind kind_LDRB = { 0xb6 | M_0F, 0, false },
                         kind_LDRH = { 0xb7 | M_0F, 1, false }, kind_LDRW = { 0x8b, 2, false },
                         kind_LDRX = { 0x8b | W64, 3, false },
                         kind_LDRSB_W = { 0xbe | M_0F, 0, false },
                         kind_LDRSB_X = { 0xbe | M_0F | W64, 0, false },
                         kind_LDRSH_W = { 0xbf | M_0F, 1, false },
                         kind_LDRSH_X = { 0xbf | M_0F | W64, 1, false },
                         kind_LDRSW = { 0x63 | W64, 2, false },
                         kind_STRB = { 0x88 | BYTES, 0, true },
                         kind_STRH = { 0x89 | P_66, 1, true }, kind_STRW = { 0x89, 2, true },
                         kind_STRX = { 0x89 | W64, 3, true };

// The address of an instruction with its mode; v is the variant.
static struct x64_mem address(struct trans *t, enum mode mode, unsigned v, u8 scale)
{
    const struct insn *i = t->i;
    struct jit_address a = { .base = i->n, .index = NO_REG, .imm = i->imm };
    if (mode == POST)
        a.imm = 0;
    if (mode == REGISTER) {
        a.index = i->m;
        a.extend = (u8)(v >> 1);
        a.shift = v & 1 ? scale : 0;
    }
    if (mode == LITERAL) {
        a.base = NO_REG;
        a.imm = (i64)t->pc + i->imm;
    }
    return jit_memory(t, &a);
}

static bool single(struct trans *t, const struct insn *i, unsigned v, const struct kind *k,
                   enum mode mode)
{
    bool back = mode == POST || mode == PRE;
    if (back && (i->d == i->n))
        return false;
    struct x64_mem m = address(t, mode, v, k->scale);
    if (k->store) {
        u8 d = jit_x(t, i->d, RDX);
        jit_access(t);
        x64_rm(&t->e, k->op, d, m);
    } else {
        u8 d = jit_x_target(t, i->d, RDX);
        jit_access(t);
        x64_rm(&t->e, k->op, d, m);
        jit_x_done(t, i->d, d);
    }
    if (back)
        jit_x_add(t, i->n, i->imm);
    return true;
}

#define SINGLE(kind, mode) \
    static bool kind##_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return single(t, i, v, &kind_##kind, mode); \
    }
#define MODES(kind) SINGLE(kind, OFFSET) SINGLE(kind, POST) SINGLE(kind, PRE) SINGLE(kind, REGISTER)
MODES(LDRB)
MODES(LDRH)
MODES(LDRW)
MODES(LDRX)
MODES(LDRSB_W)
MODES(LDRSB_X)
MODES(LDRSH_W)
MODES(LDRSH_X)
MODES(LDRSW)
MODES(STRB)
MODES(STRH)
MODES(STRW)
MODES(STRX)
SINGLE(LDRW, LITERAL)
SINGLE(LDRX, LITERAL)
SINGLE(LDRSW, LITERAL)
#undef MODES
#undef SINGLE

// -- Pairs --

static bool load_pair(struct trans *t, const struct insn *i, u32 op, u8 bytes, enum mode mode)
{
    bool back = mode != OFFSET;
    if (i->d == i->a || (back && (i->d == i->n || i->a == i->n)))
        return false;
    struct x64_mem m = address(t, mode, 0, 0), second = m;
    second.disp += bytes;
    jit_access(t);
    x64_rm(&t->e, op, RDX, m);
    u8 a = jit_x_target(t, i->a, RCX);
    jit_access(t);
    x64_rm(&t->e, op, a, second);
    jit_x_done(t, i->d, RDX);
    jit_x_done(t, i->a, a);
    if (back)
        jit_x_add(t, i->n, i->imm);
    return true;
}

static bool store_pair(struct trans *t, const struct insn *i, bool wide, enum mode mode)
{
    bool back = mode != OFFSET;
    struct x64_mem m = address(t, mode, 0, 0), second = m;
    second.disp += wide ? 8 : 4;
    u8 d = jit_x(t, i->d, RDX), a = jit_x(t, i->a, RCX);
    jit_access(t);
    x64_store(&t->e, wide, m, d);
    jit_access(t);
    x64_store(&t->e, wide, second, a);
    if (back)
        jit_x_add(t, i->n, i->imm);
    return true;
}

#define PAIRS(mode) \
    static bool ldp_w_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return load_pair(t, i, 0x8b, 4, mode); \
    } \
    static bool ldp_x_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return load_pair(t, i, 0x8b | W64, 8, mode); \
    } \
    static bool ldp_sw_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return load_pair(t, i, 0x63 | W64, 4, mode); \
    } \
    static bool stp_w_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return store_pair(t, i, false, mode); \
    } \
    static bool stp_x_##mode(struct trans *t, const struct insn *i, unsigned v) \
    { \
        return store_pair(t, i, true, mode); \
    }
PAIRS(OFFSET)
PAIRS(POST)
PAIRS(PRE)
#undef PAIRS

// Its record has the address: the handler makes that.
static bool nothing(struct trans *t, const struct insn *i, unsigned v)
{
    return !t->recording;
}

#define EACH_MODE(row, kind) \
    { OP_##row##_uimm, kind##_OFFSET }, { OP_##row##_post, kind##_POST }, \
        { OP_##row##_pre, kind##_PRE }, { OP_##row##_reg, kind##_REGISTER }

const struct jit_entry jit_mem_templates[] = {
    EACH_MODE(LDRB, LDRB),           EACH_MODE(LDRH, LDRH),
    EACH_MODE(LDR_W, LDRW),          EACH_MODE(LDR_X, LDRX),
    EACH_MODE(LDRSB_W, LDRSB_W),     EACH_MODE(LDRSB_X, LDRSB_X),
    EACH_MODE(LDRSH_W, LDRSH_W),     EACH_MODE(LDRSH_X, LDRSH_X),
    EACH_MODE(LDRSW, LDRSW),         EACH_MODE(STRB, STRB),
    EACH_MODE(STRH, STRH),           EACH_MODE(STR_W, STRW),
    EACH_MODE(STR_X, STRX),          { OP_LDURB, LDRB_OFFSET },
    { OP_LDURH, LDRH_OFFSET },       { OP_LDUR_W, LDRW_OFFSET },
    { OP_LDUR_X, LDRX_OFFSET },      { OP_LDURSB_W, LDRSB_W_OFFSET },
    { OP_LDURSB_X, LDRSB_X_OFFSET }, { OP_LDURSH_W, LDRSH_W_OFFSET },
    { OP_LDURSH_X, LDRSH_X_OFFSET }, { OP_LDURSW, LDRSW_OFFSET },
    { OP_STURB, STRB_OFFSET },       { OP_STURH, STRH_OFFSET },
    { OP_STUR_W, STRW_OFFSET },      { OP_STUR_X, STRX_OFFSET },
    { OP_LDR_W_lit, LDRW_LITERAL },  { OP_LDR_X_lit, LDRX_LITERAL },
    { OP_LDRSW_lit, LDRSW_LITERAL }, { OP_LDP_W_off, ldp_w_OFFSET },
    { OP_LDP_X_off, ldp_x_OFFSET },  { OP_LDP_SW_off, ldp_sw_OFFSET },
    { OP_STP_W_off, stp_w_OFFSET },  { OP_STP_X_off, stp_x_OFFSET },
    { OP_LDP_W_post, ldp_w_POST },   { OP_LDP_X_post, ldp_x_POST },
    { OP_LDP_SW_post, ldp_sw_POST }, { OP_STP_W_post, stp_w_POST },
    { OP_STP_X_post, stp_x_POST },   { OP_LDP_W_pre, ldp_w_PRE },
    { OP_LDP_X_pre, ldp_x_PRE },     { OP_LDP_SW_pre, ldp_sw_PRE },
    { OP_STP_W_pre, stp_w_PRE },     { OP_STP_X_pre, stp_x_PRE },
    { OP_LDNP_W, ldp_w_OFFSET },     { OP_LDNP_X, ldp_x_OFFSET },
    { OP_STNP_W, stp_w_OFFSET },     { OP_STNP_X, stp_x_OFFSET },
    { OP_PRFM_lit, nothing },        { OP_PRFUM, nothing },
    { OP_RPRFM, nothing },           { OP_PRFM_uimm, nothing },
    { OP_PRFM_reg, nothing },        { 0 },
};
