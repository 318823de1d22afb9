// See faults.h.
#include "faults.h"

#include <signal.h>
#include <string.h>

enum {
    HANDLER_WORDS = 24,
    // Offsets in arm64's struct ucontext.
    CONTEXT = 176,           // fault address, x0-x30, sp, pc, pstate
    AT_PSTATE = CONTEXT + 272,
    AT_PC = CONTEXT + 264,
    AT_X5 = CONTEXT + 48,
    VECTORS = CONTEXT + 288 + 16,   // behind the head, FPSR and FPCR
    CONTEXT_BYTES = 288 + 16 + 512,
    // arm64's numbers of system calls, and flags of sigaction.
    CALL_WRITE = 64,
    CALL_SIGALTSTACK = 132,
    CALL_SIGACTION = 134,
    CALL_SIGRETURN = 139,
};
static const u64 flags =
    4 | 0x04000000 | 0x08000000 | 0x40000000;   // siginfo, restorer, stack, nodefer

static void ldr(struct gen *g, u32 t, u32 n, u32 at)
{
    emit(g, 0xf9400000 | at / 8 << 10 | n << 5 | t);
}

static void str(struct gen *g, u32 t, u32 n, u32 at)
{
    emit(g, 0xf9000000 | at / 8 << 10 | n << 5 | t);
}

static void call(struct gen *g, u32 number)
{
    emit(g, 0xd2800000 | number << 5 | 8);   // movz x8
    emit(g, 0xd4000001);                     // svc
}

static void pad(struct gen *g, size_t to)
{
    while (g->words < to)
        emit(g, 0xd503201f);
}

// The handler's frame is x2.
static void handler(struct gen *g)
{
    emit(g, 0xaa0203f3);   // mov x19, x2
    ldr(g, 20, 19, AT_PSTATE);
    str(g, 31, 19, AT_PSTATE);
    emit(g, 0xd2800020);   // mov x0, #1
    emit(g, 0x91000261 | CONTEXT << 10);   // add x1, x19
    emit(g, 0xd2800002 | CONTEXT_BYTES << 5);
    call(g, CALL_WRITE);
    str(g, 20, 19, AT_PSTATE);
    ldr(g, 21, 19, AT_PC);
    str(g, 21, 19, AT_X5);
    str(g, 21, 19, VECTORS + 3 * 16);
    emit(g, 0x910012b5);   // add x21, x21, #4
    str(g, 21, 19, AT_PC);
    emit(g, 0xd65f03c0);   // ret
}

void emit_fault_handler(struct gen *g)
{
    static const u32 signals[] = { SIGILL, SIGTRAP, SIGBUS, SIGSEGV };
    u64 at = CODE + 0x1000 + 4 * (g->words + 1), restorer = at + 4 * HANDLER_WORDS;
    size_t begin = g->words + 1 + HANDLER_WORDS;
    emit(g, 0x14000000 | (HANDLER_WORDS + 3));
    handler(g);
    pad(g, begin);
    call(g, CALL_SIGRETURN);

    emit_constant(g, 0, OUT);
    emit_constant(g, 1, ALTERNATE_STACK);
    str(g, 1, 0, 0);
    str(g, 31, 0, 8);
    emit_constant(g, 1, ALTERNATE_BYTES);
    str(g, 1, 0, 16);
    emit_constant(g, 1, 0);
    call(g, CALL_SIGALTSTACK);

    for (size_t k = 0; k < COUNT(signals); k++) {
        const u64 action[] = { at, flags, restorer, 0 };
        emit_constant(g, 1, OUT);
        for (u32 n = 0; n < COUNT(action); n++) {
            emit_constant(g, 0, action[n]);
            str(g, 0, 1, 8 * n);
        }
        emit_constant(g, 0, signals[k]);
        emit_constant(g, 2, 0);
        emit_constant(g, 3, 8);
        call(g, CALL_SIGACTION);
    }
}

static u64 wild(struct gen *g)
{
    static const u64 places[] = {
        0,
        0x10000,
        CODE + 0x1000,   // not writable
        SCRATCH,
        SCRATCH + SCRATCH_BYTES + ALTERNATE_BYTES,
        1ull << 32,
        1ull << 40,   // m2sim's window
        1ull << 41,
        1ull << 47,
        1ull << 52,
        1ull << 55,
        0xffffffffff000,
        0x00fffffffffffff0,
    };
    u64 a = places[below(g, COUNT(places))];
    switch (below(g, 4)) {
    case 0: a += below(g, 64); break;
    case 1: a -= below(g, 64); break;
    case 2: a -= 8 * below(g, 8); break;
    default: break;
    }
    if (below(g, 4) == 0)
        a ^= (u64)below(g, 256) << 56;
    return a;
}

void emit_wild_address(struct gen *g, const struct row *r, const struct insn *i, u32 w)
{
    u32 n = slot(w, 1), m = slot(w, 2);
    u64 base = wild(g);
    bool post = strstr(r->syntax, "],") != NULL;
    if (!post && !general(r, 2))
        base -= (u64)i->imm;
    if (n == 31) {
        emit_constant(g, HELPER, base & ~15ull);
        emit(g, 0x9100001f | HELPER << 5);   // mov sp, x27
        return;
    }
    if (general(r, 2) && m != 31 && !post && !(r->flags & (M_W | M_RW)) && r->class != CLASS_ATOMIC)
        emit_constant(g, m, below(g, 16));
    emit_constant(g, n, base);
}

void emit_no_instruction(struct gen *g)
{
    emit(g, below(g, 2) ? below(g, 65536) : 0xd4200000 | below(g, 65536) << 5);   // udf, brk
}
