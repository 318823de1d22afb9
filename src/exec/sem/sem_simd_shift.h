// Shifts, by immediate and by register.
#ifndef EXEC_SEM_SIMD_SHIFT_H
#define EXEC_SEM_SIMD_SHIFT_H

#include "exec/sem/lane_shift.h"
#include "exec/sem/sem_lanes.h"

// -- By immediate: a function for each lane size; variant q, except for double --

#define SHIFT_HSD(name, expr) \
    MAP_AS(name##_h, SIZED, 1, LANES, v, k, expr) \
    MAP_AS(name##_s, SIZED, 2, LANES, v, k, expr) \
    MAP_AS(name##_d, SIZED, 3, 2, 1, k, expr) \
    MAP_AS(name##_d1, SIZED, 3, 1, 1, k, expr)
#define SHIFT(name, expr) \
    MAP_AS(name##_b, SIZED, 0, LANES, v, k, expr) \
    SHIFT_HSD(name, expr)
#define SHIFT_SAT(name, expr) \
    MAP_AS(name##_b, SIZED, 0, 8u << v, 1, k, expr) \
    MAP_AS(name##_h, SIZED, 1, 4u << v, 1, k, expr) \
    MAP_AS(name##_s, SIZED, 2, 2u << v, 1, k, expr) \
    MAP_AS(name##_d, SIZED, 3, 2, 1, k, expr) \
    MAP_AS(name##_b1, SIZED, 0, 1, 1, k, expr) \
    MAP_AS(name##_h1, SIZED, 1, 1, 1, k, expr) \
    MAP_AS(name##_s1, SIZED, 2, 1, 1, k, expr) \
    MAP_AS(name##_d1, SIZED, 3, 1, 1, k, expr)

// Right shifts reach the lane's width: unsigned ones go in two steps, signed ones stop short.
#define USHR(x) ((U)(x) >> (s - 1) >> 1)
#define SSHR(x) ((S)(x) >> (s < BITS ? s : BITS - 1))
#define URSHR(x) (((U)(x) >> (s - 1) >> 1) + ((U)(x) >> (s - 1) & 1))
#define SRSHR(x) (((S)(x) >> (s - 1) >> 1) + ((S)(x) >> (s - 1) & 1))

// The host has no byte shifts: shift halves and mask.
INLINE u8x16 shift_bytes_right(u8x16 x, unsigned s)
{
    u16x8 r = (u16x8)x >> s;
    return (u8x16)r & (u8)(0xff >> s);
}

SEM(shl_b)
{
    u8x16 r = (u8x16)(V(n).vh << (unsigned)IMM) & (u8)(0xff << IMM);
    put(&V(d), (u64x2)r, v);
}

SEM(ushr_b)
{
    put(&V(d), (u64x2)shift_bytes_right(V(n).vb, (unsigned)IMM), v);
}

SEM(sshr_b)
{
    unsigned s = IMM < 8 ? (unsigned)IMM : 7;
    u8 sign = (u8)(0x80 >> s);
    put(&V(d), (u64x2)((shift_bytes_right(V(n).vb, s) ^ sign) - sign), v);
}

SHIFT_HSD(shl, 1u * a << s)
SHIFT_HSD(ushr, USHR(a))
SHIFT_HSD(sshr, SSHR(a))
SHIFT(urshr, URSHR(a))
SHIFT(srshr, SRSHR(a))
SHIFT(usra, o + USHR(a))
SHIFT(ssra, o + (U)SSHR(a))
SHIFT(ursra, o + URSHR(a))
SHIFT(srsra, o + (U)SRSHR(a))
SHIFT(sri, (o & ~(U_MAX >> (s - 1) >> 1)) | USHR(a))
SHIFT(sli, (o & ~(U_MAX << s)) | 1u * a << s)
SHIFT_SAT(sqshl_imm, ({
              bool f_ = false;
              u64 r_ = lane_sqshl((u64)(S)a, (int)s, BITS, &f_);
              qc |= f_;
              r_;
          }))
SHIFT_SAT(uqshl_imm, ({
              bool f_ = false;
              u64 r_ = lane_uqshl(a, (int)s, BITS, &f_);
              qc |= f_;
              r_;
          }))
SHIFT_SAT(sqshlu, ({
              bool f_ = false;
              u64 r_ = lane_sqshlu((u64)(S)a, (int)s, BITS, &f_);
              qc |= f_;
              r_;
          }))

// -- By immediate, narrowing: the lower half, the upper half, scalar --

#define NSHIFT(AS, name, expr) \
    AS(name##_b, 0, 0, expr) \
    AS(name##_h, 1, 0, expr) \
    AS(name##_s, 2, 0, expr) \
    AS(name##2_b, 0, 1, expr) \
    AS(name##2_h, 1, 1, expr) \
    AS(name##2_s, 2, 1, expr)
#define NARROW_HALF(fn, z, upper, expr) NARROW_AS(fn, z, HALF, upper, expr)
#define NSHIFT_SAT(name, expr) \
    NSHIFT(NARROW_HALF, name, expr) \
    NARROW_AS(name##_b1, 0, 1, 0, expr) \
    NARROW_AS(name##_h1, 1, 1, 0, expr) \
    NARROW_AS(name##_s1, 2, 1, 0, expr)
#define WSHR(x) (((x) >> (s - 1) >> 1) + ((x) >> (s - 1) & 1))

NSHIFT(SHORT_AS, shrn, a >> s)
NSHIFT(SHORT_AS, rshrn, WSHR(a))
NSHIFT_SAT(sqshrn, CLAMP_S((X)a >> s))
NSHIFT_SAT(sqrshrn, CLAMP_S(WSHR((X)a)))
NSHIFT_SAT(sqshrun, CLAMP_U((X)a >> s))
NSHIFT_SAT(sqrshrun, CLAMP_U(WSHR((X)a)))
NSHIFT_SAT(uqshrn, CLAMP_W(a >> s))
NSHIFT_SAT(uqrshrn, CLAMP_W(WSHR(a)))

// -- By immediate, long; variant q --

#define LSHIFT(name, expr) \
    LONG_AS(name##_b, 0, v, a, sa, expr) \
    LONG_AS(name##_h, 1, v, a, sa, expr) \
    LONG_AS(name##_s, 2, v, a, sa, expr)
LSHIFT(sshll, (WV)sa << s)
LSHIFT(ushll, a << s)
LONG(shll, a << BITS)

// -- By register: the low byte of b, left when positive --

#define SHIFT_REG(name, expr) \
    MAP_AS(name, SIZED, v & 3, ALL, 1, k, expr) \
    MAP_D(name, expr)
#define SHIFT_REG_SAT(name, expr) \
    MAP_SAT(name, ({ bool f_ = false; u64 r_ = expr; qc |= f_; r_; }))
SHIFT_REG(ushl, lane_ushl(a, (i8)b, BITS))
SHIFT_REG(sshl, lane_sshl((u64)(S)a, (i8)b))
SHIFT_REG(urshl, lane_urshl(a, (i8)b, BITS))
SHIFT_REG(srshl, lane_srshl((u64)(S)a, (i8)b))
SHIFT_REG_SAT(uqshl, lane_uqshl(a, (i8)b, BITS, &f_))
SHIFT_REG_SAT(sqshl, lane_sqshl((u64)(S)a, (i8)b, BITS, &f_))
SHIFT_REG_SAT(uqrshl, lane_uqrshl(a, (i8)b, BITS, &f_))
SHIFT_REG_SAT(sqrshl, lane_sqrshl((u64)(S)a, (i8)b, BITS, &f_))

SEM(xar)
{
    u64x2 x = V(n).vd ^ V(m).vd;
    V(d).vd = x >> (unsigned)IMM | x << (-(unsigned)IMM & 63);
}

SEM(rax1)
{
    u64x2 x = V(m).vd;
    V(d).vd = V(n).vd ^ (x << 1 | x >> 63);
}

#endif
