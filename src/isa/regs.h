// regs.h: the architectural state of one A64 thread: all that user code can see.
//
// The registers by name and number (regs.def), for those who show, save and compare them. How
// the state came to be is not here: cpu.h has what the executor keeps beside it.
#ifndef ISA_REGS_H
#define ISA_REGS_H

#include <stddef.h>

#include "base/types.h"

struct save;

// Indices of x[] beside X0 to X30: the decoder resolves register 31 to one of
// these, so that no instruction tests for it while it runs.
enum { REG_SP = 31, REG_ZERO = 32, REG_SINK = 33, REG_COUNT = 34 };

typedef u8 u8x16 __attribute__((vector_size(16)));
typedef u16 u16x8 __attribute__((vector_size(16)));
typedef u32 u32x4 __attribute__((vector_size(16)));
typedef u64 u64x2 __attribute__((vector_size(16)));
typedef i8 i8x16 __attribute__((vector_size(16)));
typedef i16 i16x8 __attribute__((vector_size(16)));
typedef i32 i32x4 __attribute__((vector_size(16)));
typedef i64 i64x2 __attribute__((vector_size(16)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef double f64x2 __attribute__((vector_size(16)));

// A SIMD and floating-point register. Little-endian hosts only.
union vreg {
    u8 b[16];
    u16 h[8];
    u32 s[4];
    u64 d[2];
    i8 sb[16];
    i16 sh[8];
    i32 ss[4];
    i64 sd[2];
    float f32[4];
    double f64[2];
    unsigned __int128 q;
    u8x16 vb;
    u16x8 vh;
    u32x4 vs;
    u64x2 vd;
    i8x16 vsb;
    i16x8 vsh;
    i32x4 vss;
    i64x2 vsd;
    f32x4 vf32;
    f64x2 vf64;
};

// What can be set in them.
enum {
    FPCR_BITS = 0x07c80000,   // AHP, DN, FZ, RMode, FZ16; exceptions are never trapped
    FPSR_BITS = 0x0800009f,   // QC, IDC, IXC, UFC, OFC, DZC, IOC
};

// Where a signed pointer has its code: Linux gives user space 48-bit addresses, top byte ignored.
#define PAUTH_FIELD 0x007f000000000000ull

// PSTATE.NZCV is kept as the values that decide it, written by one store each:
//   N = bit 63 of nf, Z = (zf == 0), C = cf (0 or 1), V = bit 63 of vf.
// PSTATE.BTYPE is not modelled: it is always 0.
struct regs {
    u64 x[REG_COUNT];   // X0 to X30, SP, constant zero, sink of writes to XZR
    u64 nf, zf, cf, vf;
    u64 pc;             // valid whenever exec_run() is not inside
    u32 fpcr;           // as MRS reads it
    u32 fpsr;   // as MRS reads it, valid outside exec_run(); see exec/fp/fpenv.h for inside
    union vreg v[32];
    u64 tpidr, tpidrro;   // TPIDR_EL0, TPIDRRO_EL0
    u64 pac_key[5][2];   // IA, IB, DA, DB, GA: {low, high}
    u8 ssbs, dit;   // PSTATE bits user code can read and write

    // The exclusive monitor: valid when monitor_size is not 0.
    u64 monitor_addr;
    u64 monitor_value[2];
    u32 monitor_size;
};

static inline u32 regs_nzcv(const struct regs *r)
{
    return (u32)(r->nf >> 63) << 31 | (u32)(r->zf == 0) << 30 | (u32)r->cf << 29 |
           (u32)(r->vf >> 63) << 28;
}

static inline void regs_set_nzcv(struct regs *r, u32 nzcv)
{
    r->nf = (u64)(nzcv >> 31 & 1) << 63;
    r->zf = !(nzcv >> 30 & 1);
    r->cf = nzcv >> 29 & 1;
    r->vf = (u64)(nzcv >> 28 & 1) << 63;
}

// ---- registers by number: those of gdb first, in its order

enum {
    REG_BYTES = 16,   // of the largest
#define REG(name, count, ...) +(count)
#define VIEW(...) +1
    REG_NUMBERS = 0
#include "isa/regs.def"
#undef REG
#undef VIEW
};

enum reg_feature { REG_CORE, REG_FPU, REG_TLS, REG_PAUTH, REG_FEATURES, REG_NONE = REG_FEATURES };

// The records of a signal frame.
enum reg_frame { FRAME_CONTEXT = 1, FRAME_FPSIMD };

struct reg {
    const char *name;
    i32 index;                  // in its bank, -1: it is alone
    u32 bytes;
    enum reg_feature feature;
    const char *type;
    u32 frame, frame_at;        // enum reg_frame or 0, and the byte there
    bool kept;                  // false: another way to see what other registers have
    const struct reg_row *row;
};

// What register `number` is; false when there are fewer.
bool reg_of(u32 number, struct reg *reg);

// Its value, REG_BYTES at most. Setting leaves out bits that cannot be set.
void reg_get(const struct regs *r, const struct reg *reg, void *bytes);
void reg_set(struct regs *r, const struct reg *reg, const void *bytes);

// What the record of a signal frame that begins at `record` has of registers; back, and the
// exclusive monitor is lost.
void regs_to_frame(const struct regs *r, enum reg_frame which, u8 *record);
void regs_from_frame(struct regs *r, enum reg_frame which, const u8 *record);

// Section "regs" of a save (base/save.h), both ways. Read, the exclusive monitor is lost.
void regs_save(struct regs *r, struct save *s);

#endif
