// vec.h: emitting SSE and AVX instructions, for the templates of fp.c, fpmove.c, fpmem.c, simd.c.
//
// One operation is named by its opcode word (x64.h); with AVX2 the three-operand form is
// emitted, else the two-operand one with the moves it needs. Operands are xmm registers;
// xmm3 is lost by any of these, xmm0 to xmm2 are the templates' own. Flags are kept.
#ifndef EXEC_JIT_VEC_H
#define EXEC_JIT_VEC_H

#include "exec/jit/x64/trans.h"

enum { XMM0, XMM1, XMM2, XMM3 };

// Opcodes. _PS stands for a packed or scalar operation whose type vec_type() adds.
enum {
    V_MOVAPS = 0x28 | M_0F,
    V_MOVUPS = 0x10 | M_0F,
    V_SQRT = 0x51 | M_0F,
    V_ADD = 0x58 | M_0F,
    V_MUL = 0x59 | M_0F,
    V_SUB = 0x5c | M_0F,
    V_MIN = 0x5d | M_0F,
    V_DIV = 0x5e | M_0F,
    V_MAX = 0x5f | M_0F,
    V_CMP = 0xc2 | M_0F | IMM8,
    V_AND = 0x54 | M_0F,
    V_OR = 0x56 | M_0F,
    V_XOR = 0x57 | M_0F,
    V_UCOMI = 0x2e | M_0F,   // with P_66 for double
    V_COMI = 0x2f | M_0F,
    V_MOVMSK = 0x50 | M_0F,
    V_MOVQ = 0x7e | M_0F | P_F3,   // the low 64 bits, zero above
    V_MOVSS = 0x10 | M_0F | P_F3,
    V_SHUFPS = 0xc6 | M_0F | IMM8,
    V_PSHUFD = 0x70 | M_0F | P_66 | IMM8,
    V_UNPCKLPD = 0x14 | M_0F | P_66,
    V_UNPCKHPD = 0x15 | M_0F | P_66,
    V_PUNPCKLQDQ = 0x6c | M_0F | P_66,
    V_PUNPCKHQDQ = 0x6d | M_0F | P_66,
    V_PXOR = 0xef | M_0F | P_66,
    V_PAND = 0xdb | M_0F | P_66,
    V_PANDN = 0xdf | M_0F | P_66,
    V_POR = 0xeb | M_0F | P_66,
    V_PCMPEQD = 0x76 | M_0F | P_66,
    V_MOVD_FROM_X = 0x6e | M_0F | P_66,   // with W64: 64 bits
    V_MOVD_TO_X = 0x7e | M_0F | P_66,
};

// Predicates of V_CMP.
enum { CMP_EQ, CMP_LT, CMP_LE, CMP_UNORD, CMP_EQ_OR_UNORD = 8 };

// Constants in memory, 16 bytes each; S: four singles, D: two doubles, 1: in the lowest lane only.
enum vec_constant {
    K_ABS_S,
    K_ABS_D,
    K_ABS_S1,
    K_ABS_D1,
    K_SIGN_S,
    K_SIGN_D,
    K_LEAST_S,   // the smallest normal number
    K_LEAST_D,
    K_INDEFINITE_S,   // what conversions to 32 bits give for what does not fit
    K_2P32_S,   // 2^32
    K_2P32_D,
    K_2P63_S,
    K_2P63_D,
    K_10,   // bytes 0x10, then 0x20, 0x30, 0x40
    K_20,
    K_30,
    K_40,
    K_70,   // bytes 0x70
    K_NARROW_B,   // byte shuffles: the lower halves of the lanes of 16, 32 bits; zero above
    K_NARROW_H,
    K_SPLIT_B,    // the even lanes of 8, 16 bits below, the odd ones above
    K_SPLIT_H,
    K_COUNT,
};

// How much of an xmm is known to be zero (trans.narrow).
enum { NARROW_NOT, NARROW_64, NARROW_32 };   // bits 64 up; bits 32 up

// The prefix of the type of a scalar or packed operation.
static inline u32 vec_scalar(bool is_double)
{
    return is_double ? P_F2 : P_F3;
}

static inline u32 vec_packed(bool is_double)
{
    return is_double ? P_66 : 0;
}

// d = op(n, m); n is the first source.
void vec3(struct trans *t, u32 op, u8 d, u8 n, u8 m);
void vec3i(struct trans *t, u32 op, u8 d, u8 n, u8 m, u8 imm);
void vec3k(struct trans *t, u32 op, u8 d, u8 n, enum vec_constant k);
// d = op(m), of operations that have but one source.
void vec2(struct trans *t, u32 op, u8 d, u8 m);
void vec2i(struct trans *t, u32 op, u8 d, u8 m, u8 imm);
void vec2k(struct trans *t, u32 op, u8 d, enum vec_constant k);
void vec_move(struct trans *t, u8 d, u8 m);
void vec_zero(struct trans *t, u8 d);
// d = m shifted by an immediate: opcode 0x71 to 0x73 and the extension in ModRM.
void vec_shift(struct trans *t, u32 op, u8 extension, u8 d, u8 m, u8 by);
// Between an xmm and a general register.
void vec_from_x(struct trans *t, bool wide, u8 d, u8 host);
void vec_to_x(struct trans *t, bool wide, u8 host, u8 m);
void vec_load(struct trans *t, u32 op, u8 d, struct x64_mem m);
void vec_store(struct trans *t, u32 op, struct x64_mem m, u8 d);
// d = the scalar in m, zero above it.
void vec_scalar_move(struct trans *t, bool is_double, u8 d, u8 m);

// -- Of guest registers --

static inline bool vec_narrow(const struct trans *t, u8 xmm, bool is_double)
{
    return t->narrow[xmm] >= (is_double ? NARROW_64 : NARROW_32);
}

// The scalar in `from`, which is narrow when `clean`, becomes register g.
void vec_write_scalar(struct trans *t, u8 g, bool is_double, u8 from, bool clean);
// A vector result in `from` becomes register g; without q its lower half alone.
void vec_write(struct trans *t, u8 g, u8 from, bool q);
void vec_write_constant(struct trans *t, u8 g, u64 low, u64 high);   // high is low or 0
// Where to compute register g: its xmm, or xmm0 when one of the sources is the same register
// (old values must last until the last jit_else_call) or it has to be cut to 64 bits.
u8 vec_place(struct trans *t, u8 g, bool in_place);

// The source `xmm`, with nothing above its 64 bits when there is no Q: it would raise flags.
u8 vec_lanes(struct trans *t, u8 xmm, bool q, u8 scratch);

// Sends what the host cannot do out of line; xmm1 and xmm2 are lost, flags are to be saved before.
// NaN results; and those and the smallest normal number (exec/sem/sem_fp.h).
void vec_decline_nan(struct trans *t, bool is_double, u8 r);
void vec_decline_odd(struct trans *t, bool is_double, u8 r);
void vec_decline_nans(struct trans *t, bool is_double, u8 r);
void vec_decline_odds(struct trans *t, bool is_double, u8 r);

#endif
