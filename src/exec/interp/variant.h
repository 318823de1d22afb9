// variant.h: one variant of every handler of a part. handlers.h includes it once for each
// value of RECORDING; without RECORDING it gives the macros that handlers are made of.

#ifndef EXEC_VARIANT_ONCE
#define EXEC_VARIANT_ONCE

#define CAT_(a, b) a##b
#define CAT(a, b) CAT_(a, b)

#define HANDLER_ARGS \
    struct cpu *c, const struct insn *i, const void *t, u64 left, struct record *rec

#if EXEC_TAIL_CALLS
#define GO(n) return ((handler *const *)t)[(n)->run](c, (n), t, left, rec)
#else
#define GO(n) \
    do { \
        c->exec->next = (n); \
        c->left = left; \
        c->rec = rec; \
        return; \
    } while (0)
#endif

// The constants a variant number takes, by how many bits it has.
#define EACH_0(M, ...) M(0, __VA_ARGS__)
#define EACH_1(M, ...) EACH_0(M, __VA_ARGS__) M(1, __VA_ARGS__)
#define EACH_2(M, ...) EACH_1(M, __VA_ARGS__) M(2, __VA_ARGS__) M(3, __VA_ARGS__)
#define EACH_3(M, ...) \
    EACH_2(M, __VA_ARGS__) \
    M(4, __VA_ARGS__) M(5, __VA_ARGS__) M(6, __VA_ARGS__) M(7, __VA_ARGS__)
#define EACH_4(M, ...) \
    EACH_3(M, __VA_ARGS__) \
    M(8, __VA_ARGS__) M(9, __VA_ARGS__) M(10, __VA_ARGS__) M(11, __VA_ARGS__) \
    M(12, __VA_ARGS__) M(13, __VA_ARGS__) M(14, __VA_ARGS__) M(15, __VA_ARGS__)
#define EACH_5(M, ...) \
    EACH_4(M, __VA_ARGS__) \
    M(16, __VA_ARGS__) M(17, __VA_ARGS__) M(18, __VA_ARGS__) M(19, __VA_ARGS__) \
    M(20, __VA_ARGS__) M(21, __VA_ARGS__) M(22, __VA_ARGS__) M(23, __VA_ARGS__) \
    M(24, __VA_ARGS__) M(25, __VA_ARGS__) M(26, __VA_ARGS__) M(27, __VA_ARGS__) \
    M(28, __VA_ARGS__) M(29, __VA_ARGS__) M(30, __VA_ARGS__) M(31, __VA_ARGS__)
#define EACH(variants, ...) CAT(EACH_, VBITS_##variants)(__VA_ARGS__)

#endif

#ifdef RECORDING

#undef RECORD
#undef NEXT
#undef KEEP_REC
#undef STRAIGHT
#undef BRANCH
#undef LEAVING
#undef ENTRY
#if RECORDING
#define RECORD(flags, address) (*rec++ = (struct record){ PC | (flags), (address) })
#define NEXT(n) \
    do { \
        if (unlikely(((u64)rec & (RECORD_BATCH * sizeof(*rec) - 1)) == 0)) \
            return exec_record_full(c, (n), t, left, rec); \
        GO(n); \
    } while (0)
// A fault leaves through a jump: what is recorded so far must be in memory by then.
#define KEEP_REC (c->rec = rec)
#else
#define RECORD(flags, address) ((void)0)
#define NEXT(n) GO(n)
#define KEEP_REC ((void)0)
#endif

#ifdef PART_SLOW
// The part's semantic functions may decline: they return false, having changed no guest
// state, and PART_SLOW does the instruction.
static __attribute__((noinline)) void H(slow)(HANDLER_ARGS)
{
    KEEP_REC;
    PART_SLOW(c, i);
    RECORD(0, 0);
    NEXT(i + 1);
}

#define STRAIGHT(var, name, semantics) \
    static void H(name##_##var)(HANDLER_ARGS) \
    { \
        u64 ea[2] = { 0, 0 }; \
        KEEP_REC; \
        if (unlikely(!sem_##semantics(c, i, var, ea))) \
            return H(slow)(c, i, t, left, rec); \
        RECORD(0, ea[0]); \
        NEXT(i + 1); \
    }
#else
#define STRAIGHT(var, name, semantics) \
    static void H(name##_##var)(HANDLER_ARGS) \
    { \
        u64 ea[2] = { 0, 0 }; \
        KEEP_REC; \
        sem_##semantics(c, i, var, ea); \
        RECORD(0, ea[0]); \
        NEXT(i + 1); \
    }
#endif

#define BRANCH(var, name, semantics) \
    static void H(name##_##var)(HANDLER_ARGS) \
    { \
        u64 ea[2] = { 0, 0 }; \
        KEEP_REC; \
        const struct insn *n = sem_##semantics(c, i, var, ea); \
        if (ea[1]) { \
            RECORD(RECORD_TAKEN, ea[0]); \
            left += (u64)n - (u64)(i + 1); \
            c->left = left; \
            if (unlikely((u64)n >= left)) \
                return exec_stop(c, n, t, left, rec); \
            NEXT(n); \
        } \
        RECORD(0, 0); \
        NEXT(i + 1); \
    }

#define LEAVING(var, name, semantics) \
    static void H(name##_##var)(HANDLER_ARGS) \
    { \
        u64 ea[2] = { 0, 0 }; \
        KEEP_REC; \
        bool retired = sem_##semantics(c, i, var, ea); \
        if (retired) \
            RECORD(0, ea[0]); \
        c->exec->next = i + retired; \
        c->exec->stopped = true; \
        c->left = left; \
        c->rec = rec; \
    }

#define INSN(name, encoding, syntax, class, semantics, variants, ...) \
    EACH(variants, STRAIGHT, name, semantics)
#define JUMP(name, encoding, syntax, class, semantics, variants, ...) \
    EACH(variants, BRANCH, name, semantics)
#define EXIT(name, encoding, syntax, class, semantics, variants, ...) \
    EACH(variants, LEAVING, name, semantics)
#include PART_FILE
#undef INSN
#undef JUMP
#undef EXIT

#define ENTRY(var, name) H(name##_##var),
#define INSN(name, encoding, syntax, class, semantics, variants, ...) EACH(variants, ENTRY, name)
#define JUMP INSN
#define EXIT INSN
handler *const TABLE[] = {
#include PART_FILE
    NULL,
};
#undef INSN
#undef JUMP
#undef EXIT

#endif
