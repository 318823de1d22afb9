// sem.h: the language in which exec/sem/sem_*.h says what instructions do.
//
// One semantic function a row of a64.def, in three kinds:
//
//   SEM(name)  { … }   a straight instruction
//   JMP(name)  { … }   a row marked JUMP: ends in TAKE(offset), TAKE_PC(pc) or FALL
//   EXI(name)  { … }   a row marked EXIT: ends in LEAVE(kind, addr, retired)
//
// Operands are read and written only through the macros below, never through `i`,
// so that the same body can serve a code generator whose operands are constants.
// `v` is the variant (a constant in each copy): its letters are in a64.def.
//
//   Xr(d) Xw(d, value)   general register of a slot, 64 bits; Wr, Ww: 32, zero-extended
//   V(d)                 vector register of a slot (union vreg)
//   IMM AUX              the operands' immediate and auxiliary value
//   PC                   address of this instruction
//   load8..load64, load128, store8..store128 (va …)   guest memory
//   EA(va)               records va as the instruction's address (the first access does)
//   QUOTIENT(value)      records how many bits the value has
//
// A memory access may end the function (guest fault): access before changing any
// register, or change none that the instruction reads.
#ifndef EXEC_SEM_H
#define EXEC_SEM_H

#include <stdlib.h>
#include <string.h>

#include "exec/exec.h"
#include "isa/cpu.h"
#include "isa/insn.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define INLINE static inline __attribute__((always_inline))

#define SEM_ARGS struct cpu *c, const struct insn *i, const unsigned v, u64 *ea
#define SEM(name) INLINE void sem_##name(SEM_ARGS)
#define JMP(name) INLINE const struct insn *sem_##name(SEM_ARGS)
#define EXI(name) INLINE bool sem_##name(SEM_ARGS)

// The operands of a decoded instruction, unless whoever includes this has others (a stencil's
// are in host registers or not known yet).
#ifdef SEM_OPERANDS
#include SEM_OPERANDS
#else
#define Xr(slot) (c->x[i->slot])
#define Xw(slot, value) ((void)(c->x[i->slot] = (value)))
#define Wr(slot) ((u32)c->x[i->slot])
#define Ww(slot, value) ((void)(c->x[i->slot] = (u32)(value)))
#define SLOT(slot) (i->slot)
#define V(slot) (c->v[i->slot])
#define IMM (i->imm)
#define AUX (i->aux)
#define PC (((u64)i - (u64)c->shadow) >> 2)
#endif

// ea[0]: the address the record carries; ea[1]: 1 when a branch was taken.
#define FALL return i + 1
#define TAKE(offset) return ea[1] = 1, ea[0] = PC + (u64)(offset), (const struct insn *)((u64)i + (u64)(offset) * 4)
#define TAKE_PC(target) return ea[1] = 1, exec_target(c, i, ea, (target))
#define LEAVE(k, address, is_retired) return exec_leave(c, k, address), is_retired

// The part of the engine that bodies need.
struct exec;
_Noreturn void exec_wild(struct cpu *c, const struct insn *i, u64 va);
void exec_leave(struct cpu *c, enum trap_kind kind, u64 addr);
// Leaves the executor from inside a straight instruction, which does not retire.
_Noreturn void exec_trap(struct cpu *c, const struct insn *i, enum trap_kind kind, u64 addr);

// The decoded place of a computed target. Bits 63-56 are ignored (TBI), as Linux sets it.
INLINE const struct insn *exec_target(struct cpu *c, const struct insn *i, u64 *ea, u64 pc)
{
    u64 a = pc << 8 >> 8;
    *ea = a;
    if (unlikely(a >= c->window || a & 3))
        return c->bad_pc = pc, c->bad;
    return (const struct insn *)((u64)c->shadow + a * 4);
}

// `x` extended as the low three bits of v, the option of extended registers, say.
INLINE u64 extended(u64 x, unsigned v)
{
    switch (v & 7) {
    case 0: return (u8)x;
    case 1: return (u16)x;
    case 2: return (u32)x;
    case 4: return (u64)(i8)x;
    case 5: return (u64)(i16)x;
    case 6: return (u64)(i32)x;
    default: return x;
    }
}

// How many bits `x` has, from the first that is set.
INLINE u64 exec_bits(u64 x)
{
    return x ? 64 - (u64)__builtin_clzll(x) : 0;
}

// -- Guest memory --

// Host address of `va`, whose top byte is ignored. Accesses of up to SPACE_GUARD bytes
// may start anywhere below the window's end: the guard faults.
INLINE u8 *host(struct cpu *c, const struct insn *i, u64 *ea, u64 va)
{
    if (unlikely(va >= c->window)) {
        if (va << 8 >> 8 >= c->window)
            exec_wild(c, i, va);
        va = va << 8 >> 8;
    }
    *ea = va;
    c->at = i;
    return c->mem + va;
}

#define DEFINE_ACCESS(bits, type) \
    INLINE type exec_load##bits(struct cpu *c, const struct insn *i, u64 *ea, u64 va) \
    { \
        type value; \
        memcpy(&value, host(c, i, ea, va), sizeof(value)); \
        __asm__ volatile("" ::: "memory"); \
        return value; \
    } \
    INLINE void exec_store##bits(struct cpu *c, const struct insn *i, u64 *ea, u64 va, type value) \
    { \
        u8 *p = host(c, i, ea, va); \
        __asm__ volatile("" ::: "memory"); \
        memcpy(p, &value, sizeof(value)); \
    }
DEFINE_ACCESS(8, u8)
DEFINE_ACCESS(16, u16)
DEFINE_ACCESS(32, u32)
DEFINE_ACCESS(64, u64)
DEFINE_ACCESS(128, union vreg)

#define load8(va) exec_load8(c, i, ea, va)
#define load16(va) exec_load16(c, i, ea, va)
#define load32(va) exec_load32(c, i, ea, va)
#define load64(va) exec_load64(c, i, ea, va)
#define load128(va) exec_load128(c, i, ea, va)
#define store8(va, x) exec_store8(c, i, ea, va, x)
#define store16(va, x) exec_store16(c, i, ea, va, x)
#define store32(va, x) exec_store32(c, i, ea, va, x)
#define store64(va, x) exec_store64(c, i, ea, va, x)
#define store128(va, x) exec_store128(c, i, ea, va, x)
#define HOST(va) host(c, i, ea, va)
#define EA(va) ((void)(*ea = (va) << 8 >> 8))
#define QUOTIENT(value) ((void)(*ea = exec_bits(value)))

// -- Flags --

// 32-bit forms compute in the upper half: then N, Z, C and V are where 64-bit ones have them.

INLINE void flags_logic(struct cpu *c, u64 r, bool wide)
{
    c->nf = c->zf = wide ? r : r << 32;
    c->cf = c->vf = 0;
}

// a + b + carry; sets NZCV.
INLINE u64 add_flags(struct cpu *c, u64 a, u64 b, u64 carry, bool wide)
{
    u64 up = wide ? 0 : 32, x = a << up, y = b << up;
    u64 r = x + y + (carry << up);
    c->nf = c->zf = r;
    c->cf = carry ? r <= x : r < x;
    c->vf = (x ^ r) & (y ^ r);
    return r >> up;
}

INLINE u64 sub_flags(struct cpu *c, u64 a, u64 b, bool wide)
{
    u64 up = wide ? 0 : 32, x = a << up, y = b << up;
    u64 r = x - y;
    c->nf = c->zf = r;
    c->cf = x >= y;
    c->vf = (x ^ y) & (x ^ r);
    return r >> up;
}

// `cond` is a constant in each copy: one or two tests remain.
INLINE bool condition(const struct cpu *c, unsigned cond)
{
    switch (cond) {
    case 0: return c->zf == 0;
    case 1: return c->zf != 0;
    case 2: return c->cf != 0;
    case 3: return c->cf == 0;
    case 4: return (i64)c->nf < 0;
    case 5: return (i64)c->nf >= 0;
    case 6: return (i64)c->vf < 0;
    case 7: return (i64)c->vf >= 0;
    case 8: return c->cf && c->zf;
    case 9: return !c->cf || !c->zf;
    case 10: return (i64)(c->nf ^ c->vf) >= 0;
    case 11: return (i64)(c->nf ^ c->vf) < 0;
    case 12: return c->zf && (i64)(c->nf ^ c->vf) >= 0;
    case 13: return !c->zf || (i64)(c->nf ^ c->vf) < 0;
    default: return true;
    }
}

#endif
