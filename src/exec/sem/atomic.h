// atomic.h: atomic accesses to guest memory of 1 to 16 bytes.
//
// `log2` is the logarithm of the size in bytes; values are zero-extended. Every
// operation is sequentially consistent, which is at least as strong as any of A64's.
// Addresses may be unaligned as long as they stay within 16 aligned bytes; those of
// 16-byte operations are aligned.
#ifndef EXEC_ATOMIC_H
#define EXEC_ATOMIC_H

#include "base/types.h"

#define ATOMIC_INLINE static inline __attribute__((always_inline))

ATOMIC_INLINE u64 atomic_load(const void *p, unsigned log2)
{
    switch (log2) {
    case 0: return __atomic_load_n((const u8 *)p, __ATOMIC_SEQ_CST);
    case 1: return __atomic_load_n((const u16 *)p, __ATOMIC_SEQ_CST);
    case 2: return __atomic_load_n((const u32 *)p, __ATOMIC_SEQ_CST);
    default: return __atomic_load_n((const u64 *)p, __ATOMIC_SEQ_CST);
    }
}

ATOMIC_INLINE void atomic_store(void *p, u64 x, unsigned log2)
{
    switch (log2) {
    case 0: __atomic_store_n((u8 *)p, (u8)x, __ATOMIC_SEQ_CST); break;
    case 1: __atomic_store_n((u16 *)p, (u16)x, __ATOMIC_SEQ_CST); break;
    case 2: __atomic_store_n((u32 *)p, (u32)x, __ATOMIC_SEQ_CST); break;
    default: __atomic_store_n((u64 *)p, x, __ATOMIC_SEQ_CST); break;
    }
}

// The exchange succeeded when the result, what was there, equals `expected`.
#define ATOMIC_CAS(type) \
    { \
        type was = (type)expected; \
        __atomic_compare_exchange_n((type *)p, &was, (type)x, false, __ATOMIC_SEQ_CST, \
                                    __ATOMIC_SEQ_CST); \
        return was; \
    }

ATOMIC_INLINE u64 atomic_cas(void *p, u64 expected, u64 x, unsigned log2)
{
    switch (log2) {
    case 0: ATOMIC_CAS(u8)
    case 1: ATOMIC_CAS(u16)
    case 2: ATOMIC_CAS(u32)
    default: ATOMIC_CAS(u64)
    }
}

#define ATOMIC_FETCH(name, operation, operand) \
    ATOMIC_INLINE u64 atomic_##name(void *p, u64 x, unsigned log2) \
    { \
        switch (log2) { \
        case 0: return operation((u8 *)p, (u8)(operand), __ATOMIC_SEQ_CST); \
        case 1: return operation((u16 *)p, (u16)(operand), __ATOMIC_SEQ_CST); \
        case 2: return operation((u32 *)p, (u32)(operand), __ATOMIC_SEQ_CST); \
        default: return operation((u64 *)p, operand, __ATOMIC_SEQ_CST); \
        } \
    }
ATOMIC_FETCH(ldadd, __atomic_fetch_add, x)
ATOMIC_FETCH(ldclr, __atomic_fetch_and, ~x)
ATOMIC_FETCH(ldeor, __atomic_fetch_xor, x)
ATOMIC_FETCH(ldset, __atomic_fetch_or, x)
ATOMIC_FETCH(swp, __atomic_exchange_n, x)

#define ATOMIC_PICK_TYPE(type, cast, better) \
    { \
        type was = __atomic_load_n((type *)p, __ATOMIC_RELAXED); \
        while (!__atomic_compare_exchange_n( \
            (type *)p, &was, (cast)(type)x better (cast)was ? (type)x : was, true, \
            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) \
            ; \
        return was; \
    }
#define ATOMIC_PICK(name, sign, better) \
    ATOMIC_INLINE u64 atomic_##name(void *p, u64 x, unsigned log2) \
    { \
        switch (log2) { \
        case 0: ATOMIC_PICK_TYPE(u8, sign##8, better) \
        case 1: ATOMIC_PICK_TYPE(u16, sign##16, better) \
        case 2: ATOMIC_PICK_TYPE(u32, sign##32, better) \
        default: ATOMIC_PICK_TYPE(u64, sign##64, better) \
        } \
    }
ATOMIC_PICK(ldsmax, i, >)
ATOMIC_PICK(ldsmin, i, <)
ATOMIC_PICK(ldumax, u, >)
ATOMIC_PICK(ldumin, u, <)

// Writes `x` when the 16 aligned bytes at `p` equal `expected`, which receives what was
// there; says whether they did.
bool atomic_cas128(void *p, u64 expected[2], const u64 x[2]);

#endif
