// What the instructions of a64_mem.def do. See sem.h for the language.
#ifndef EXEC_SEM_MEM_H
#define EXEC_SEM_MEM_H

#include "exec/sem/atomic.h"
#include "exec/sem/pauth.h"
#include "exec/sem/sem.h"

// -- Single registers --
//
// INDEXED(name, plain, access) makes the modes with an immediate, of which `plain` leaves the
// base as it is; TRANSFER(name, scale, access) makes every addressing mode of one kind of access: `access`
// moves between slot d and address `va`. Base registers are written last: where base and
// destination are the same (which the architecture leaves open), the base wins.

#define INDEXED(name, plain, ...) \
    SEM(name##_##plain) \
    { \
        u64 va = Xr(n) + (u64)IMM; \
        __VA_ARGS__; \
    } \
    SEM(name##_post) \
    { \
        u64 va = Xr(n); \
        __VA_ARGS__; \
        Xw(n, va + (u64)IMM); \
    } \
    SEM(name##_pre) \
    { \
        u64 va = Xr(n) + (u64)IMM; \
        __VA_ARGS__; \
        Xw(n, va); \
    }

#define TRANSFER(name, scale, access) \
    INDEXED(name, imm, access) \
    SEM(name##_reg) \
    { \
        u64 va = Xr(n) + (extended(Xr(m), v >> 1) << (v & 1 ? scale : 0)); \
        access; \
    }

#define LITERAL(name, access) \
    SEM(name##_lit) \
    { \
        u64 va = PC + (u64)IMM; \
        access; \
    }

// A scalar in a vector register: the rest is cleared.
#define VW(x) (V(d) = (union vreg){ .d = { (x), 0 } })

TRANSFER(ldr_b, 0, Xw(d, load8(va)))
TRANSFER(ldr_h, 1, Xw(d, load16(va)))
TRANSFER(ldr_w, 2, Xw(d, load32(va)))
TRANSFER(ldr_x, 3, Xw(d, load64(va)))
TRANSFER(ldr_sb_w, 0, Ww(d, (i8)load8(va)))
TRANSFER(ldr_sb_x, 0, Xw(d, (u64)(i8)load8(va)))
TRANSFER(ldr_sh_w, 1, Ww(d, (i16)load16(va)))
TRANSFER(ldr_sh_x, 1, Xw(d, (u64)(i16)load16(va)))
TRANSFER(ldr_sw, 2, Xw(d, (u64)(i32)load32(va)))
TRANSFER(ldr_vb, 0, VW(load8(va)))
TRANSFER(ldr_vh, 1, VW(load16(va)))
TRANSFER(ldr_vs, 2, VW(load32(va)))
TRANSFER(ldr_vd, 3, VW(load64(va)))
TRANSFER(ldr_vq, 4, V(d) = load128(va))
TRANSFER(str_b, 0, store8(va, (u8)Xr(d)))
TRANSFER(str_h, 1, store16(va, (u16)Xr(d)))
TRANSFER(str_w, 2, store32(va, Wr(d)))
TRANSFER(str_x, 3, store64(va, Xr(d)))
TRANSFER(str_vb, 0, store8(va, V(d).b[0]))
TRANSFER(str_vh, 1, store16(va, V(d).h[0]))
TRANSFER(str_vs, 2, store32(va, V(d).s[0]))
TRANSFER(str_vd, 3, store64(va, V(d).d[0]))
TRANSFER(str_vq, 4, store128(va, V(d)))
TRANSFER(prfm, 3, EA(va))

LITERAL(ldr_w, Xw(d, load32(va)))
LITERAL(ldr_x, Xw(d, load64(va)))
LITERAL(ldr_sw, Xw(d, (u64)(i32)load32(va)))
LITERAL(ldr_s, VW(load32(va)))
LITERAL(ldr_d, VW(load64(va)))
LITERAL(ldr_q, V(d) = load128(va))
LITERAL(prfm, EA(va))

// Without FEAT_FPACCOMBINE a wrong code makes an address that faults.
SEM(ldra)
{
    u64 va = pauth_remove(c, Xr(n), 0, PAUTH_DA + v) + (u64)IMM;
    Xw(d, load64(va));
}

SEM(ldra_pre)
{
    u64 va = pauth_remove(c, Xr(n), 0, PAUTH_DA + v) + (u64)IMM;
    Xw(d, load64(va));
    Xw(n, va);
}

SEM(nop_mem)
{
}

// -- Pairs: one access of twice the size; a fault is at the lower part's address --

#define BARRIER __asm__ volatile("" ::: "memory")

#define LOAD_PAIR(type, first, second) \
    do { \
        const u8 *p_ = HOST(va); \
        type lo_, hi_; \
        memcpy(&lo_, p_, sizeof(lo_)); \
        BARRIER; \
        memcpy(&hi_, p_ + sizeof(lo_), sizeof(hi_)); \
        BARRIER; \
        first; \
        second; \
    } while (0)

#define STORE_PAIR(type, first, second) \
    do { \
        u8 *p_ = HOST(va); \
        type lo_ = (first), hi_ = (second); \
        BARRIER; \
        memcpy(p_, &lo_, sizeof(lo_)); \
        BARRIER; \
        memcpy(p_ + sizeof(lo_), &hi_, sizeof(hi_)); \
    } while (0)

#define PAIR(name, access) INDEXED(name, off, access)

PAIR(ldp_w, LOAD_PAIR(u32, Xw(d, lo_), Xw(a, hi_)))
PAIR(ldp_x, LOAD_PAIR(u64, Xw(d, lo_), Xw(a, hi_)))
PAIR(ldp_sw, LOAD_PAIR(i32, Xw(d, (u64)(i64)lo_), Xw(a, (u64)(i64)hi_)))
PAIR(ldp_s, LOAD_PAIR(u32, VW(lo_), V(a) = ((union vreg){ .d = { hi_, 0 } })))
PAIR(ldp_d, LOAD_PAIR(u64, VW(lo_), V(a) = ((union vreg){ .d = { hi_, 0 } })))
PAIR(ldp_q, LOAD_PAIR(union vreg, V(d) = lo_, V(a) = hi_))
PAIR(stp_w, STORE_PAIR(u32, Wr(d), Wr(a)))
PAIR(stp_x, STORE_PAIR(u64, Xr(d), Xr(a)))
PAIR(stp_s, STORE_PAIR(u32, V(d).s[0], V(a).s[0]))
PAIR(stp_d, STORE_PAIR(u64, V(d).d[0], V(a).d[0]))
PAIR(stp_q, STORE_PAIR(union vreg, V(d), V(a)))

// -- Ordered accesses, exclusives and atomics: v is log2 of the size --

// With FEAT_LSE2 these may be unaligned, but not cross 16 bytes.
#define ORDERED(va, bytes) \
    do { \
        if (unlikely(((va) & 15) + (bytes) > 16)) \
            exec_trap(c, i, TRAP_ALIGN, va); \
    } while (0)

INLINE u64 load_ordered(SEM_ARGS, u64 va)
{
    ORDERED(va, 1u << v);
    u64 x = atomic_load(HOST(va), v);
    BARRIER;
    return x;
}

INLINE void store_ordered(SEM_ARGS, u64 va, u64 x)
{
    ORDERED(va, 1u << v);
    atomic_store(HOST(va), x, v);
}

SEM(ldar)
{
    Xw(d, load_ordered(c, i, v, ea, Xr(n)));
}

SEM(ldapur)
{
    Xw(d, load_ordered(c, i, v, ea, Xr(n) + (u64)IMM));
}

SEM(ldapur_sb_w)
{
    Ww(d, (i8)load_ordered(c, i, 0, ea, Xr(n) + (u64)IMM));
}

SEM(ldapur_sb_x)
{
    Xw(d, (u64)(i8)load_ordered(c, i, 0, ea, Xr(n) + (u64)IMM));
}

SEM(ldapur_sh_w)
{
    Ww(d, (i16)load_ordered(c, i, 1, ea, Xr(n) + (u64)IMM));
}

SEM(ldapur_sh_x)
{
    Xw(d, (u64)(i16)load_ordered(c, i, 1, ea, Xr(n) + (u64)IMM));
}

SEM(ldapur_sw)
{
    Xw(d, (u64)(i32)load_ordered(c, i, 2, ea, Xr(n) + (u64)IMM));
}

SEM(stlr)
{
    store_ordered(c, i, v, ea, Xr(n), Xr(d));
}

SEM(stlur)
{
    store_ordered(c, i, v, ea, Xr(n) + (u64)IMM, Xr(d));
}

// The exclusive monitor remembers what was read; the store is a compare-and-swap with it.
// A value that was changed and changed back goes unnoticed (ABA): a guest that relies on
// the monitor seeing that is not served right. None of the lock-free algorithms that are
// portable to compare-and-swap does.
SEM(ldxr)
{
    u64 x = load_ordered(c, i, v, ea, Xr(n));
    c->monitor_addr = ea[0];
    c->monitor_value[0] = x;
    c->monitor_size = 1u << v;
    Xw(d, x);
}

#define MONITORED(bytes) (c->monitor_size == (bytes) && c->monitor_addr == ea[0])

SEM(stxr)
{
    u64 va = Xr(n);
    ORDERED(va, 1u << v);
    EA(va);
    bool done = MONITORED(1u << v) &&
                atomic_cas(HOST(va), c->monitor_value[0], Xr(d), v) == c->monitor_value[0];
    c->monitor_size = 0;
    Xw(m, !done);
}

// v: 1 for the pair of X registers.
SEM(ldxp)
{
    u64 va = Xr(n);
    ORDERED(va, 8u << v);
    union vreg x = { .d = { 0, 0 } };
    if (v)
        x = load128(va);
    else
        x.d[0] = load64(va);
    c->monitor_addr = ea[0];
    c->monitor_value[0] = x.d[0];
    c->monitor_value[1] = x.d[1];
    c->monitor_size = 8u << v;
    Xw(d, v ? x.d[0] : x.s[0]);
    Xw(a, v ? x.d[1] : x.s[1]);
}

SEM(stxp)
{
    u64 va = Xr(n);
    ORDERED(va, 8u << v);
    EA(va);
    bool done = MONITORED(8u << v);
    if (done && v) {
        u64 old[2] = { c->monitor_value[0], c->monitor_value[1] };
        done = atomic_cas128(HOST(va), old, (u64[2]){ Xr(d), Xr(a) });
    } else if (done) {
        u64 old = c->monitor_value[0];
        done = atomic_cas(HOST(va), old, (u64)Wr(a) << 32 | Wr(d), 3) == old;
    }
    c->monitor_size = 0;
    Xw(m, !done);
}

// Slot m is compared and receives what was there.
SEM(cas)
{
    u64 va = Xr(n);
    ORDERED(va, 1u << v);
    u64 expected = SLOT(m) == REG_SINK ? 0 : Xr(m);
    u64 old = atomic_cas(HOST(va), expected, Xr(d), v);
    BARRIER;
    Xw(m, old);
}

// The second register of a pair; 31 is the zero register.
#define PAIR_R(slot) (SLOT(slot) == 30 ? 0 : c->x[SLOT(slot) + 1])
#define PAIR_W(slot, value) (c->x[SLOT(slot) == 30 ? REG_SINK : SLOT(slot) + 1] = (value))

SEM(casp)
{
    u64 va = Xr(n);
    ORDERED(va, 8u << v);
    if (v) {
        u64 old[2] = { Xr(m), PAIR_R(m) };
        atomic_cas128(HOST(va), old, (u64[2]){ Xr(d), PAIR_R(d) });
        BARRIER;
        Xw(m, old[0]);
        PAIR_W(m, old[1]);
    } else {
        u64 expected = PAIR_R(m) << 32 | Wr(m);
        u64 old = atomic_cas(HOST(va), expected, PAIR_R(d) << 32 | Wr(d), 3);
        BARRIER;
        Ww(m, old);
        PAIR_W(m, old >> 32);
    }
}

#define ATOMIC(name) \
    SEM(name) \
    { \
        u64 va = Xr(n); \
        ORDERED(va, 1u << v); \
        u64 old = atomic_##name(HOST(va), Xr(m), v); \
        BARRIER; \
        Xw(d, old); \
    }
ATOMIC(ldadd)
ATOMIC(ldclr)
ATOMIC(ldeor)
ATOMIC(ldset)
ATOMIC(ldsmax)
ATOMIC(ldsmin)
ATOMIC(ldumax)
ATOMIC(ldumin)
ATOMIC(swp)
#undef ATOMIC

// -- Advanced SIMD structures --

#define LISTED(k) (c->v[(SLOT(d) + (k)) & 31])

#define STRUCTURE(name, access) \
    SEM(name) \
    { \
        u64 va = Xr(n); \
        access; \
    } \
    SEM(name##_post) \
    { \
        u64 va = Xr(n); \
        access; \
        Xw(n, va + (u64)IMM); \
    } \
    SEM(name##_postr) \
    { \
        u64 va = Xr(n); \
        access; \
        Xw(n, va + Xr(m)); \
    }

// Copies in steps from the lowest address up, so that of several bytes that cannot be
// accessed the lowest is the one that faults.
INLINE void copy_upwards(u8 *to, const u8 *from, unsigned bytes)
{
#pragma GCC unroll 8
    for (unsigned at = 0; at < bytes; at += 8) {
        memcpy(to + at, from + at, bytes - at < 8 ? bytes - at : 8);
        BARRIER;
    }
}

// Whole registers one after the other; v: Q.
INLINE void load_whole(SEM_ARGS, u64 va, unsigned count)
{
    const u8 *p = HOST(va);
    union vreg r[4];
    unsigned bytes = 8u << v;
    for (unsigned k = 0; k < count; k++) {
        if (!v)
            r[k].d[1] = 0;
        memcpy(&r[k], p + k * bytes, bytes);
        BARRIER;
    }
    for (unsigned k = 0; k < count; k++)
        LISTED(k) = r[k];
}

INLINE void store_whole(SEM_ARGS, u64 va, unsigned count)
{
    u8 *p = HOST(va);
    unsigned bytes = 8u << v;
    for (unsigned k = 0; k < count; k++) {
        BARRIER;
        memcpy(p + k * bytes, &LISTED(k), bytes);
    }
}

// Interleaved elements; v: Q, then log2 of the element's bytes.
INLINE void load_interleaved(SEM_ARGS, u64 va, unsigned count)
{
    const u8 *p = HOST(va);
    unsigned q = v >> 2, size = 1u << (v & 3), elements = (8u << q) / size;
    u8 memory[64];
    union vreg r[4];
    copy_upwards(memory, p, count * (8u << q));
    for (unsigned k = 0; k < count; k++) {
        r[k].d[1] = 0;
#pragma GCC unroll 16
        for (unsigned e = 0; e < elements; e++)
            memcpy(&r[k].b[e * size], &memory[(e * count + k) * size], size);
        LISTED(k) = r[k];
    }
}

INLINE void store_interleaved(SEM_ARGS, u64 va, unsigned count)
{
    u8 *p = HOST(va);
    unsigned q = v >> 2, size = 1u << (v & 3), elements = (8u << q) / size;
    u8 memory[64];
    for (unsigned k = 0; k < count; k++) {
        union vreg r = LISTED(k);
#pragma GCC unroll 16
        for (unsigned e = 0; e < elements; e++)
            memcpy(&memory[(e * count + k) * size], &r.b[e * size], size);
    }
    copy_upwards(p, memory, count * (8u << q));
}

// One element of `size` bytes of each register.
INLINE void load_lane(SEM_ARGS, u64 va, unsigned count, unsigned size)
{
    unsigned lane = AUX & 15;
    const u8 *p = HOST(va);
    u8 memory[32];
    copy_upwards(memory, p, count * size);
    for (unsigned k = 0; k < count; k++)
        memcpy(&LISTED(k).b[lane * size], memory + k * size, size);
}

INLINE void store_lane(SEM_ARGS, u64 va, unsigned count, unsigned size)
{
    unsigned lane = AUX & 15;
    u8 *p = HOST(va);
    for (unsigned k = 0; k < count; k++) {
        BARRIER;
        memcpy(p + k * size, &LISTED(k).b[lane * size], size);
    }
}

// One element to all of each register; v: Q, then log2 of the element's bytes.
INLINE void load_replicated(SEM_ARGS, u64 va, unsigned count)
{
    static const u64 ones[] = { 0x0101010101010101, 0x0001000100010001, 0x0000000100000001, 1 };
    const u8 *p = HOST(va);
    unsigned size = 1u << (v & 3);
    u64 x[4] = { 0, 0, 0, 0 };
    for (unsigned k = 0; k < count; k++) {
        memcpy(&x[k], p + k * size, size);
        BARRIER;
    }
    for (unsigned k = 0; k < count; k++) {
        u64 all = x[k] * ones[v & 3];
        LISTED(k) = (union vreg){ .d = { all, v >> 2 ? all : 0 } };
    }
}

STRUCTURE(ld1x1, load_whole(c, i, v, ea, va, 1))
STRUCTURE(ld1x2, load_whole(c, i, v, ea, va, 2))
STRUCTURE(ld1x3, load_whole(c, i, v, ea, va, 3))
STRUCTURE(ld1x4, load_whole(c, i, v, ea, va, 4))
STRUCTURE(st1x1, store_whole(c, i, v, ea, va, 1))
STRUCTURE(st1x2, store_whole(c, i, v, ea, va, 2))
STRUCTURE(st1x3, store_whole(c, i, v, ea, va, 3))
STRUCTURE(st1x4, store_whole(c, i, v, ea, va, 4))
STRUCTURE(ld2, load_interleaved(c, i, v, ea, va, 2))
STRUCTURE(ld3, load_interleaved(c, i, v, ea, va, 3))
STRUCTURE(ld4, load_interleaved(c, i, v, ea, va, 4))
STRUCTURE(st2, store_interleaved(c, i, v, ea, va, 2))
STRUCTURE(st3, store_interleaved(c, i, v, ea, va, 3))
STRUCTURE(st4, store_interleaved(c, i, v, ea, va, 4))
STRUCTURE(ld1_bh, load_lane(c, i, v, ea, va, 1, 1u << v))
STRUCTURE(ld1_sd, load_lane(c, i, v, ea, va, 1, 4u << v))
STRUCTURE(ld2_bh, load_lane(c, i, v, ea, va, 2, 1u << v))
STRUCTURE(ld2_sd, load_lane(c, i, v, ea, va, 2, 4u << v))
STRUCTURE(ld3_bh, load_lane(c, i, v, ea, va, 3, 1u << v))
STRUCTURE(ld3_sd, load_lane(c, i, v, ea, va, 3, 4u << v))
STRUCTURE(ld4_bh, load_lane(c, i, v, ea, va, 4, 1u << v))
STRUCTURE(ld4_sd, load_lane(c, i, v, ea, va, 4, 4u << v))
STRUCTURE(st1_bh, store_lane(c, i, v, ea, va, 1, 1u << v))
STRUCTURE(st1_sd, store_lane(c, i, v, ea, va, 1, 4u << v))
STRUCTURE(st2_bh, store_lane(c, i, v, ea, va, 2, 1u << v))
STRUCTURE(st2_sd, store_lane(c, i, v, ea, va, 2, 4u << v))
STRUCTURE(st3_bh, store_lane(c, i, v, ea, va, 3, 1u << v))
STRUCTURE(st3_sd, store_lane(c, i, v, ea, va, 3, 4u << v))
STRUCTURE(st4_bh, store_lane(c, i, v, ea, va, 4, 1u << v))
STRUCTURE(st4_sd, store_lane(c, i, v, ea, va, 4, 4u << v))
STRUCTURE(ld1r, load_replicated(c, i, v, ea, va, 1))
STRUCTURE(ld2r, load_replicated(c, i, v, ea, va, 2))
STRUCTURE(ld3r, load_replicated(c, i, v, ea, va, 3))
STRUCTURE(ld4r, load_replicated(c, i, v, ea, va, 4))

#endif
