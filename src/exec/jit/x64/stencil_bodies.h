// stencil_bodies.h: compiles the semantic functions of one part into stencils.
//
// A stencil_PART.c includes the part's sem_*.h with SEM_OPERANDS, defines PART_FILE,
// PART_DECLINES (1: its bodies may decline), SLICE and SLICES (the rows it makes: those
// whose run is SLICE modulo SLICES), then includes this file. The object is never linked:
// stencil_gen.py takes the functions out of it.
#include "exec/sem/sem.h"
#include "exec/interp/variant.h"

#if defined(STENCIL_OBJECT) && !defined(__clang__)   // only gcc can do it

register struct cpu *stencil_cpu __asm__("rbp");

// Where a stencil goes when done, and when it declines.
void STENCIL_NEXT(u64 xd, u64x2 vd);
__attribute__((cold)) void STENCIL_SLOW(void);

#if PART_DECLINES
#define STENCIL_RUN(semantics, var) \
    if (unlikely(!sem_##semantics(stencil_cpu, (const struct insn *)&o, var, ea))) { \
        STENCIL_SLOW(); \
        return; \
    }
#else
#define STENCIL_RUN(semantics, var) \
    sem_##semantics(stencil_cpu, (const struct insn *)&o, var, ea);
#endif

#define STENCIL(var, name, semantics, flags) \
    static void S_##name##__##var(u64 xd, u64 xn, u64 xm, u64 xa, u64x2 vd, u64x2 vn, u64x2 vm, \
                                  u64x2 va) \
    { \
        struct stencil_operands o; \
        u64 ea[2]; \
        if (stencil_cpu->fp_soft)   /* the interpreter's, see stencil.h */ \
            __builtin_unreachable(); \
        o.x_n = xn; \
        o.x_m = xm; \
        o.x_a = xa; \
        o.v_n.vd = vn; \
        o.v_m.vd = vm; \
        o.v_a.vd = va; \
        if ((flags) & (D_R | D_RW)) { \
            o.x_d = xd; \
            o.v_d.vd = vd; \
        } else {   /* whatever rdi and xmm0 hold */ \
            __asm__("" : "=D"(o.x_d)); \
            __asm__("" : "=Yz"(o.v_d.vd)); \
        } \
        STENCIL_RUN(semantics, var) \
        STENCIL_NEXT(o.x_d, o.v_d.vd); \
    }
#define INSN(name, encoding, syntax, class, semantics, variants, flags, feature) \
    EACH(variants, STENCIL, name, semantics, flags)
#define JUMP(...)
#define EXIT(...)
#include PART_FILE
#undef INSN

// What the array does not name is dropped before it is compiled. Pointer authentication works
// on registers that are not operands.
#define ENTRY(var, name, is_wanted) (is_wanted) ? (void *)S_##name##__##var : NULL,
#define INSN(name, encoding, syntax, class, semantics, variants, flags, feature) \
    EACH(variants, ENTRY, name, \
         RUN_##name % SLICES == SLICE && (int)FEAT_##feature != (int)FEAT_PAUTH)
__attribute__((used)) static void *const stencil_keep[] = {
#include PART_FILE
};

#endif
