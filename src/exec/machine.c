#include "exec/machine.h"

#include <signal.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/process/sched.h"
#include "isa/decode.h"

enum {
    // The last stretch before an instruction limit is stepped, because a run may pass its
    // budget by a branch-free stretch.
    STEPPED = 100000,
    // ESR_EL1 of faults (Arm ARM): class with IL, whether it was a store, fault status code;
    // the level of the tables is always the last.
    ESR_WRITE = 1 << 6,
    ESR_TRANSLATION = 7,
    ESR_PERMISSION = 15,
    ESR_ALIGNMENT = 33,
    THREAD_STACK = 1 << 20,   // bytes of a host thread
};

static const u32 ESR_FETCH = (u32)0x20 << 26 | 1 << 25, ESR_DATA = (u32)0x24 << 26 | 1 << 25;

static const char *instruction_at(struct process *p, u64 pc, char *buf, size_t size)
{
    u32 word;
    if (space_read(p->space, &word, pc, sizeof(word)) < 0)
        return "unreadable";
    char text[96];
    snprintf(buf, size, "%08x: %s", word, isa_disassemble(word, pc, text, sizeof(text)));
    return buf;
}

static enum sys_result fault(struct machine *m, struct thread *th, struct trap t)
{
    struct space *s = m->process->space;
    int sig = SIGILL, code = ILL_ILLOPC;
    vaddr addr = th->cpu.pc;
    switch (t.kind) {
    case TRAP_MEMORY:
        addr = t.addr;
        th->esr = ESR_DATA | (t.write ? ESR_WRITE : 0);
        space_fault_signal(s, t.addr, t.write ? SPACE_WRITE : SPACE_READ, &sig, &code);
        break;
    case TRAP_FETCH:
        addr = t.addr;
        th->esr = ESR_FETCH;
        space_fault_signal(s, t.addr, SPACE_EXEC, &sig, &code);
        break;
    case TRAP_ALIGN:
        sig = SIGBUS;
        code = BUS_ADRALN;
        addr = t.addr;
        th->esr = ESR_DATA | ESR_ALIGNMENT;
        break;
    case TRAP_BRK:
        sig = SIGTRAP;
        code = TRAP_BRKPT;
        break;
    case TRAP_AUTH: code = ILL_ILLOPN; break;
    default: break;
    }
    if (t.kind == TRAP_MEMORY || t.kind == TRAP_FETCH)
        th->esr |= code == SEGV_ACCERR ? ESR_PERMISSION : ESR_TRANSLATION;
    char text[112];
    return process_fault(th, sig, code, addr,
                         instruction_at(m->process, th->cpu.pc, text, sizeof(text)));
}

static void flush(void *jit)
{
    jit_flush(jit);
}

// -- Records --

// Where what happens between the instructions of `th` is told of.
static struct recorder *between(const struct machine *m, const struct thread *th)
{
    return m->tell_between ? th->recorder : NULL;
}

// Before `th` runs on.
static void tell_begin(struct machine *m, struct thread *th)
{
    struct recorder *r = between(m, th);
    if (r) {
        recorder_thread(r, (u32)th->tid);
        if (th->entered)
            recorder_put(r, record_other(RECORD_SIGNAL, th->cpu.pc, (u64)th->entered));
    }
    th->entered = 0;
}

// What `th` has come to by the instruction before its pc.
static void tell(struct machine *m, const struct thread *th, enum record_kind kind, u64 number)
{
    struct recorder *r = between(m, th);
    if (r)
        recorder_put(r, record_other(kind, th->cpu.pc, number));
}

// -- Traps --

static enum sys_result handle(struct machine *m, struct thread *th, struct trap t)
{
    switch (t.kind) {
    case TRAP_BUDGET:
    case TRAP_BREAKPOINT: return SYS_CONTINUE;
    case TRAP_SVC: tell(m, th, RECORD_SYSCALL, th->cpu.x[8]); return linux_syscall(th);
    case TRAP_MARK: tell(m, th, RECORD_MARK, t.addr); return SYS_CONTINUE;
    case TRAP_COUNTER: th->cpu.x[t.addr] = m->counter(m->counter_ctx); return SYS_CONTINUE;
    case TRAP_ICACHE:
        space_invalidate_code(m->process->space, t.addr & ~63ull, 64);
        return SYS_CONTINUE;
    case TRAP_CODE_FULL: space_exclusive(m->process->space, flush, m->jit); return SYS_CONTINUE;
    case TRAP_USED: space_forget(m->process->space, t.addr); return SYS_CONTINUE;
    default: return fault(m, th, t);
    }
}

// Instructions the next stretch may have, after which *stop and signals are looked at; 0 when the
// limit is reached. *step: it must be exactly one.
static u64 allowance(const struct machine *m, const struct thread *th, bool *step)
{
    u64 left_of_turn = sched_left(th), most = left_of_turn ? left_of_turn : 1;
    if (m->pause_at)
        most = m->pause_at - m->instructions < most ? m->pause_at - m->instructions : most;
    *step = false;
    if (!m->max_instructions)
        return most;
    u64 done = __atomic_load_n(&m->instructions, __ATOMIC_RELAXED);
    if (done >= m->max_instructions)
        return 0;
    u64 left = m->max_instructions - done;
    *step = left <= STEPPED;
    return *step ? 1 : left - STEPPED < most ? left - STEPPED : most;
}

// Runs a stretch; false when the debugger has ended the guest.
static bool run_stretch(struct machine *m, struct thread *th, u64 budget, bool step, struct trap *t,
                        u64 *executed)
{
    struct space *s = m->process->space;
    const struct debugger *d = m->debugger;
    struct recorder *r = th->recorder;
    tell_begin(m, th);
    if (d)
        return d->run(d->ctx, th, r, budget, step, t, executed);
    bool entered = space_enter(s);
    if (step)
        *t = exec_step(&th->cpu, s, r, executed);
    else if (m->jit)
        *t = jit_run(m->jit, &th->cpu, s, budget, r, executed);
    else
        *t = exec_run(&th->cpu, s, budget, r, executed);
    space_leave(s, entered);
    return true;
}

static enum sys_result begin(struct machine *m, struct thread *th)
{
    exec_init(&th->cpu, m->process->space);
    if (!th->recorder)
        th->recorder = m->recorder;
    thread_begin(th);
    return process_boundary(th);
}

// Goes on with `th` as long as *next says so; why it ended, if it is not the guest's doing.
static enum machine_end go_on(struct machine *m, struct thread *th, enum sys_result *next)
{
    struct process *p = m->process;
    while (*next == SYS_CONTINUE) {
        if (m->stop && *m->stop)
            return MACHINE_STOPPED;
        if (m->pause_at && m->instructions >= m->pause_at)
            return MACHINE_PAUSED;
        bool step;
        u64 executed, budget = allowance(m, th, &step);
        if (!budget)
            return MACHINE_LIMIT;
        struct trap t = { TRAP_BUDGET };
        bool alive = run_stretch(m, th, budget, step, &t, &executed);
        if (__atomic_load_n(&p->space->parallel, __ATOMIC_RELAXED))
            __atomic_fetch_add(&m->instructions, executed, __ATOMIC_RELAXED);
        else
            m->instructions += executed;
        th->ran = executed;
        *next = alive ? handle(m, th, t) : SYS_EXIT;
        if (*next == SYS_CONTINUE)
            *next = process_boundary(th);
    }
    // What waits or runs on ends by *stop as if it had exited.
    return m->stop && *m->stop && !p->exited ? MACHINE_STOPPED : MACHINE_EXITED;
}

// A thread that has its host thread for itself, to its end. `mask`: signals blocked from where it
// can take any, NULL: as they are.
static enum machine_end run_thread(struct machine *m, struct thread *th, const sigset_t *mask)
{
    enum sys_result next = begin(m, th);
    if (mask)
        pthread_sigmask(SIG_SETMASK, mask, NULL);
    return go_on(m, th, &next);
}

// A limit or *stop ends all threads, and is why the run ends unless the guest had ended.
static void note_end(struct machine *m, enum machine_end end)
{
    int none = MACHINE_EXITED;
    if (end == MACHINE_EXITED)
        return;
    if (!m->process->exited)
        __atomic_compare_exchange_n(&m->end, &none, end, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    process_stop(m->process);
}

// All threads, in turns. Where it pauses it can go on: nothing of a guest thread is on the
// host's stack.
static enum machine_end run_turns(struct machine *m)
{
    struct thread *th = m->process->holder;
    while (th) {
        enum sys_result next = th->begun ? process_resume(th) : begin(m, th);
        enum machine_end end = go_on(m, th, &next);
        if (end == MACHINE_PAUSED)
            return end;
        if (end != MACHINE_EXITED) {   // the others see it in their turns
            note_end(m, end);
            next = SYS_EXIT;
        }
        struct thread *from = th;
        th = sched_next(from, next == SYS_EXIT);
        if (next == SYS_EXIT)
            thread_end(from);
    }
    return MACHINE_EXITED;
}

struct start {
    struct machine *m;
    struct thread *th;
    sigset_t mask;   // signals blocked once it can take any
};

static void *thread_main(void *arg)
{
    struct start s = *(struct start *)arg;
    free(arg);
    note_end(s.m, run_thread(s.m, s.th, &s.mask));
    if (s.th == s.m->process->main)   // a fork: nobody waits in machine_run
        __atomic_store_n(&s.m->process->orphan, true, __ATOMIC_RELEASE);
    if (thread_end(s.th))
        s.m->orphan_ended(s.m->orphan_ctx, s.m->end);
    return NULL;
}

bool machine_spawn(void *ctx, struct thread *t)
{
    struct start *s = malloc(sizeof(*s));
    pthread_attr_t attr;
    pthread_t host;
    if (!s)
        return false;
    *s = (struct start){ .m = ctx, .th = t };
    sigset_t all;
    sigfillset(&all);   // until it knows whose it is; a handler drops them before
    pthread_sigmask(SIG_BLOCK, &all, &s->mask);
    sigset_t mask = s->mask;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, THREAD_STACK);
    bool started = !pthread_create(&host, &attr, thread_main, s);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (!started)
        free(s);
    return started;
}

enum machine_end machine_run(struct machine *m)
{
    struct process *p = m->process;
    if (!p->policy->parallel)
        return run_turns(m) == MACHINE_PAUSED ? MACHINE_PAUSED : m->end;
    struct thread *th = p->main;
    note_end(m, run_thread(m, th, NULL));
    thread_end(th);
    if (!process_join(p))
        m->abandoned = true;
    return m->end;
}
