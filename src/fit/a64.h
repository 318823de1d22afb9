// a64.h: words of the few instructions that generated programs are made of.
//
// Registers are numbers; immediates are checked by nobody. Branch offsets are in
// instructions.
#ifndef FIT_A64_H
#define FIT_A64_H

#include "base/types.h"

enum { A64_ZR = 31, A64_NOP = 0xd503201f };
enum a64_cond { A64_EQ, A64_NE, A64_GE = 10, A64_LT = 11 };

static inline u32 a64_rrr(u32 word, u32 d, u32 n, u32 m)
{
    return word | m << 16 | n << 5 | d;
}

static inline u32 a64_mov(u32 d, u32 m)
{
    return a64_rrr(0xaa0003e0, d, 0, m);
}

static inline u32 a64_movz(u32 d, u32 imm, u32 part)
{
    return 0xd2800000 | part << 21 | imm << 5 | d;
}

static inline u32 a64_movk(u32 d, u32 imm, u32 part)
{
    return 0xf2800000 | part << 21 | imm << 5 | d;
}

static inline u32 a64_add(u32 d, u32 n, u32 m)
{
    return a64_rrr(0x8b000000, d, n, m);
}

static inline u32 a64_add_imm(u32 d, u32 n, u32 imm)
{
    return 0x91000000 | imm << 10 | n << 5 | d;
}

static inline u32 a64_sub_imm(u32 d, u32 n, u32 imm)
{
    return 0xd1000000 | imm << 10 | n << 5 | d;
}

static inline u32 a64_subs_imm(u32 d, u32 n, u32 imm)
{
    return 0xf1000000 | imm << 10 | n << 5 | d;
}

// Loads and stores of 64 bits at a multiple of 8.
static inline u32 a64_ldr(u32 t, u32 n, u32 offset)
{
    return 0xf9400000 | offset / 8 << 10 | n << 5 | t;
}

static inline u32 a64_str(u32 t, u32 n, u32 offset)
{
    return 0xf9000000 | offset / 8 << 10 | n << 5 | t;
}

static inline u32 a64_b(i64 to)
{
    return 0x14000000 | ((u32)to & 0x3ffffff);
}

static inline u32 a64_bcond(enum a64_cond c, i64 to)
{
    return 0x54000000 | ((u32)to & 0x7ffff) << 5 | c;
}

static inline u32 a64_cbnz(u32 t, i64 to)
{
    return 0xb5000000 | ((u32)to & 0x7ffff) << 5 | t;
}

#endif
