// The run loop around the handlers: decoding on first execution, budgets, guest faults.
#include "exec/interp/engine.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "exec/fp/fpenv.h"
#include "exec/interp/variant.h"
#include "exec/sem/hostcpu.h"
#include "exec/sem/sem.h"
#include "guest/process/hostsig.h"
#include "isa/decode.h"

enum { PLAIN, RECORD_ALL, STOP, TABLES };

// Filled once, then only read.
static handler *tables[TABLES][RUN_COUNT];

// The cpu this host thread runs, for the fault handler, which has no other argument.
static _Thread_local struct cpu *running;

static void stop_at(struct cpu *c, const struct insn *i, u64 left, struct record *rec)
{
    c->exec->next = i;
    c->exec->stopped = true;
    c->left = left;
    c->rec = rec;
}

void exec_stop(HANDLER_ARGS)
{
    c->exec->trap = (struct trap){ TRAP_BUDGET };
    stop_at(c, i, left, rec);
}

void exec_record_full(HANDLER_ARGS)
{
    struct recorder *r = c->exec->recorder;
    c->left = left;
    fpenv_leave(c);   // whoever takes the records has its own floating point
    c->rec = rec = r->buffer = r->next(r->ctx, r->buffer);
    fpenv_enter(c);
    GO(i);
}

// -- The handlers of the pseudo-runs --

// Several host threads may decode one place at once, and another may change the word. The
// half that holds `run` is written last, and the word is read again after that, so that
// whoever changes it and then forgets the decoded form leaves no old one behind.
static u32 decode_in_place(struct cpu *c, const struct insn *i)
{
    u64 *to = (u64 *)(uintptr_t)i;
    const u32 *from = (const u32 *)(c->mem + PC);
    u32 word, again;
    c->at = i;
    again = __atomic_load_n(from, __ATOMIC_ACQUIRE);
    do {
        word = again;
        struct insn decoded = isa_decode(word);
        u64 half[2];
        memcpy(half, &decoded, sizeof(half));
        __atomic_store_n(&to[1], half[1], __ATOMIC_RELAXED);
        __atomic_exchange_n(&to[0], half[0], __ATOMIC_SEQ_CST);
        again = __atomic_load_n(from, __ATOMIC_ACQUIRE);
    } while (unlikely(again != word));
    return word;
}

void exec_decode(struct cpu *c, const struct insn *i)
{
    decode_in_place(c, i);
}

// A place that was decoded before, by a thread that may still be inside it: to be emptied
// when nobody is, since a mixture of two instructions could be none.
static bool used_before(const struct cpu *c, const struct insn *i)
{
    const u64 *half = (const u64 *)i;
    return c->exec->shared && (half[0] | half[1]) != 0;
}

static void leave_used(HANDLER_ARGS)
{
    c->exec->trap = (struct trap){ TRAP_USED, .addr = PC };
    stop_at(c, i, left, rec);
}

static void undecoded(HANDLER_ARGS)
{
    if (unlikely(used_before(c, i)))
        return leave_used(c, i, t, left, rec);
    decode_in_place(c, i);
    GO(i);
}

static void undecoded_record(HANDLER_ARGS)
{
    c->rec = rec;
    u32 word = decode_in_place(c, i);
    *rec++ = (struct record){ PC | RECORD_DEF, word };
    if (((u64)rec & (RECORD_BATCH * sizeof(*rec) - 1)) == 0)
        return exec_record_full(c, i, t, left, rec);
    GO(i);
}

static void undefined(HANDLER_ARGS)
{
    c->exec->trap = (struct trap){ TRAP_UNDEFINED, .addr = (u64)i->imm };
    stop_at(c, i, left, rec);
}

static void bad_target(HANDLER_ARGS)
{
    u64 pc = c->bad_pc;
    c->exec->trap = (struct trap){ pc & 3 ? TRAP_ALIGN : TRAP_FETCH, .addr = pc };
    stop_at(c, i, left, rec);
}

static void breakpoint(HANDLER_ARGS)
{
    c->exec->trap = (struct trap){ TRAP_BREAKPOINT };
    stop_at(c, i, left, rec);
}

// The handlers for x86-64-v3, where the host is one.
static void prefer_v3(handler **plain, handler **record)
{
#ifdef __x86_64__
    if (!HOST_HAS("avx2") || !HOST_HAS("fma"))
        return;
    memcpy(plain, exec_plain_fp_v3, exec_count_fp_v3 * sizeof(*plain));
    memcpy(record, exec_record_fp_v3, exec_count_fp_v3 * sizeof(*record));
#endif
}

static void make_tables(void)
{
    handler **plain = tables[PLAIN], **record = tables[RECORD_ALL];
    plain[RUN_UNDECODED] = undecoded;
    record[RUN_UNDECODED] = undecoded_record;
    plain[RUN_UNDEFINED] = record[RUN_UNDEFINED] = undefined;
    plain[RUN_BAD_TARGET] = record[RUN_BAD_TARGET] = bad_target;
    plain[RUN_BREAKPOINT] = record[RUN_BREAKPOINT] = breakpoint;
    size_t n = RUN_BREAKPOINT + 1;
#define PART(name) \
    memcpy(plain + n, exec_plain_##name, exec_count_##name * sizeof(*plain)); \
    memcpy(record + n, exec_record_##name, exec_count_##name * sizeof(*record)); \
    n += exec_count_##name;
    PART(base)
    PART(mem)
    PART(fp)
    prefer_v3(plain + n - exec_count_fp, record + n - exec_count_fp);
    PART(simd)
#undef PART
    assert(n == RUN_COUNT);
    for (u32 k = 0; k < RUN_COUNT; k++)
        tables[STOP][k] = exec_stop;
}

// -- Leaving from inside an instruction --

_Noreturn static void escape(struct cpu *c, const struct insn *at, struct trap t)
{
    c->exec->trap = t;
    c->exec->next = at;
    siglongjmp(c->exec->escape, 1);
}

_Noreturn void exec_trap(struct cpu *c, const struct insn *i, enum trap_kind kind, u64 addr)
{
    bool write = kind == TRAP_MEMORY && isa_row(isa_op_of_run(i->run))->flags & STORES;
    escape(c, i, (struct trap){ kind, write, addr });
}

_Noreturn void exec_wild(struct cpu *c, const struct insn *i, u64 va)
{
    exec_trap(c, i, TRAP_MEMORY, va);
}

void exec_leave(struct cpu *c, enum trap_kind kind, u64 addr)
{
    c->exec->trap = (struct trap){ kind, .addr = addr };
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
    struct cpu *c = running;
    vaddr a = 0;
    if (hostsig_sent(sig, info, context))
        return;
    space_land();
    enum space_fault f = c ? space_fault_at(c->exec->space, info->si_addr, &a) : SPACE_FAULT_NONE;
    if (f == SPACE_FAULT_NONE) {   // a bug of ours: let it happen again, for real
        signal(sig, SIG_DFL);
        return;
    }
    struct exec *e = c->exec;
    fpenv_host_resume(context);
    if (e->reading)
        siglongjmp(e->read_failed, 1);
    struct trap t = { TRAP_MEMORY, .addr = a };
    if (e->fault && e->fault(e->fault_ctx, c, context, &t))
        escape(c, e->next, t);
    if (f == SPACE_FAULT_FETCH)
        escape(c, c->shadow + (a >> 2), (struct trap){ TRAP_FETCH, .addr = a });
    if (c->at->run == RUN_UNDECODED)   // the word could not be read
        escape(c, c->at, (struct trap){ TRAP_FETCH, .addr = a });
    exec_trap(c, c->at, TRAP_MEMORY, a);
}

static void catch_faults(void)
{
    struct sigaction sa = {
        .sa_sigaction = on_fault,
        .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK,
    };
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
}

void exec_init(struct cpu *c, const struct space *s)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_tables);
    catch_faults();
    c->mem = s->mem;
    c->window = s->size;
    c->shadow = (struct insn *)s->shadow;
    c->x[REG_ZERO] = 0;
}

const void *exec_handler(u16 run, bool recording)
{
    return (const void *)tables[recording ? RECORD_ALL : PLAIN][run];
}

// -- Running --

void exec_begin(struct cpu *c, struct exec *e)
{
    c->exec = e;
    running = c;
    fpenv_enter(c);
}

void exec_end(struct cpu *c)
{
    fpenv_leave(c);
    running = NULL;
    c->exec = NULL;
}

// A run may stop just when the buffer has become full.
void exec_close_records(struct recorder *r, struct record *rec)
{
    if (rec == r->buffer + RECORD_BATCH)
        rec = r->buffer = r->next(r->ctx, r->buffer);
    r->at = rec;
}

// Runs at least one instruction from `i` and returns when `e` is stopped.
static void dispatch(struct cpu *c, struct exec *e, const struct insn *i, handler *const *first,
                     handler *const *rest)
{
    if (EXEC_TAIL_CALLS) {
        first[i->run](c, i, rest, c->left, c->rec);
        return;
    }
    first[i->run](c, i, rest, c->left, c->rec);
    while (!e->stopped)
        rest[e->next->run](c, e->next, rest, c->left, c->rec);
}

static struct trap run(struct cpu *c, const struct space *s, u64 budget, struct recorder *r,
                       bool step, u64 *executed)
{
    *executed = 0;
    if (c->pc >= c->window || c->pc & 3)
        return (struct trap){ c->pc & 3 ? TRAP_ALIGN : TRAP_FETCH, .addr = c->pc };
    if (budget > 1ull << 40)
        budget = 1ull << 40;

    struct exec e = { .space = s,
                      .recorder = r,
                      .shared = __atomic_load_n(&s->parallel, __ATOMIC_RELAXED),
                      .bad = { .run = RUN_BAD_TARGET } };
    struct insn *start = c->shadow + (c->pc >> 2);
    c->bad = &e.bad;
    c->left = (u64)start + budget * sizeof(*start);
    c->rec = r ? r->at : NULL;
    handler *const *table = tables[r ? RECORD_ALL : PLAIN];
    exec_begin(c, &e);
    if (sigsetjmp(e.escape, 0) == 0) {
        if (step && start->run == RUN_UNDECODED) {   // decoding is not yet the step
            dispatch(c, &e, start, table, tables[STOP]);
            e.stopped = false;
        }
        dispatch(c, &e, start, table, step ? tables[STOP] : table);
    }
    exec_end(c);
    if (r)
        exec_close_records(r, c->rec);
    c->pc = e.next == &e.bad ? c->bad_pc : (u64)(e.next - c->shadow) * 4;
    *executed = budget - (u64)((i64)(c->left - (u64)e.next) / (i64)sizeof(*start));
    return e.trap;
}

struct trap exec_run(struct cpu *c, const struct space *s, u64 budget, struct recorder *r,
                     u64 *executed)
{
    return run(c, s, budget, r, false, executed);
}

struct trap exec_step(struct cpu *c, const struct space *s, struct recorder *r, u64 *executed)
{
    return run(c, s, 1, r, true, executed);
}
