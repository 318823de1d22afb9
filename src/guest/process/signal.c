// Signal delivery as arm64 Linux does it (arch/arm64/kernel/signal.c describes the
// frame; arch/arm64/include/uapi/asm/sigcontext.h the context).
//
// Stack, downwards from the interrupted SP or the alternate stack: a frame record (so
// that backtraces pass through), then struct rt_sigframe.
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "guest/process/block.h"
#include "guest/process/hostsig.h"
#include "guest/linux.h"

enum {
    ACTION_DEFAULT = 0,
    ACTION_IGNORE = 1,
    FPSIMD_RECORD = 0x46508001,
    ESR_RECORD = 0x45535201,
};

// Flags of struct sigaction; the same on both, but some headers hide them.
static const u64 FLAG_SIGINFO = 4, FLAG_RESTORER = 0x04000000, FLAG_ONSTACK = 0x08000000,
                 FLAG_RESTART = 0x10000000, FLAG_NODEFER = 0x40000000, FLAG_RESETHAND = 0x80000000;
static const u32 AUTODISARM = (u32)1 << 31;

// struct fpsimd_context and esr_context, under names that a host of the same kind has not taken.
// Where the registers are in a frame is in isa/regs.def.
struct fpsimd_record {
    u32 magic, size;
    u8 registers[520];
};

struct esr_record {
    u32 magic, size;
    u64 esr;
};

// struct rt_sigframe: siginfo, then ucontext with sigcontext.
struct frame {
    u8 info[SIGINFO_BYTES];
    u64 uc_flags, uc_link;
    u64 stack_sp;
    u32 stack_flags, pad0;
    u64 stack_size;
    u64 sigmask;
    u8 unused[120];
    u64 pad1;
    union {
        u64 fault_address;
        u8 context[288];   // registers
    };
    u8 reserved[4096];
};

_Static_assert(sizeof(struct frame) == 4688, "rt_sigframe of arm64");
_Static_assert(sizeof(struct fpsimd_record) == 528, "fpsimd_context of arm64");

const char *signal_name(int sig)
{
    const char *name = sigabbrev_np(sig);
    return name ? name : "RT";
}

static u64 bit(int sig)
{
    return (u64)1 << (sig - 1);
}

u64 signal_pending(const struct thread *t)
{
    return __atomic_load_n(&t->pending, __ATOMIC_SEQ_CST) |
           __atomic_load_n(&t->process->pending, __ATOMIC_SEQ_CST);
}

// A thread changes its set and then looks what is pending; who sends makes a signal pending and
// then looks at the sets. In one order for all, so that one of the two sees the other.
void signal_mask(struct thread *t, u64 set)
{
    __atomic_store_n(&t->sigmask, set & ~(bit(SIGKILL) | bit(SIGSTOP)), __ATOMIC_SEQ_CST);
}

void signal_await(struct thread *t, u64 set)
{
    __atomic_store_n(&t->awaited, set, __ATOMIC_SEQ_CST);
}

// Who of the process is to look at a signal: a thread that does not block it.
static struct thread *taker(struct process *p, int sig)
{
    for (struct thread *t = p->threads; t; t = t->next)
        if (!t->left && (!(__atomic_load_n(&t->sigmask, __ATOMIC_SEQ_CST) & bit(sig)) ||
                         __atomic_load_n(&t->awaited, __ATOMIC_SEQ_CST) & bit(sig)))
            return t;
    return NULL;
}

static const u64 STOPS = (u64)1 << (SIGSTOP - 1) | (u64)1 << (SIGTSTP - 1) |
                         (u64)1 << (SIGTTIN - 1) | (u64)1 << (SIGTTOU - 1);

void signal_drop(struct process *p, u64 set)
{
    int n = 0;
    for (int i = 0; i < p->queued; i++)
        if (!(set & bit(p->queue[i].info.sig)))
            p->queue[n++] = p->queue[i];
    p->queued = n;
    __atomic_fetch_and(&p->pending, ~set, __ATOMIC_ACQ_REL);
    for (struct thread *t = p->threads; t; t = t->next)
        __atomic_fetch_and(&t->pending, ~set, __ATOMIC_ACQ_REL);
    signalfd_update(p);
}

bool signal_needs_room(const struct guest_siginfo *info)
{
    return info->sig >= 32 && info->code != SI_USER;
}

static i64 queue_locked(struct process *p, struct thread *to, const struct guest_siginfo *info)
{
    u64 *set = to ? &to->pending : &p->pending;
    if (info->sig == SIGCONT || STOPS & bit(info->sig))
        signal_drop(p, info->sig == SIGCONT ? STOPS : bit(SIGCONT));
    bool again = *set & bit(info->sig);
    if (again && info->sig < 32)
        return 0;
    bool full = p->queued == GUEST_QUEUE;
    if (full && signal_needs_room(info))
        return -EAGAIN;
    if (!full)
        p->queue[p->queued++] = (struct guest_pending){ *info, to };
    __atomic_fetch_or(set, bit(info->sig), __ATOMIC_SEQ_CST);
    signalfd_update(p);
    struct thread *t = to ? to : taker(p, info->sig);
    if (t)
        block_kick(t);
    return 0;
}

i64 signal_queue(struct process *p, struct thread *to, const struct guest_siginfo *info)
{
    pthread_mutex_lock(&p->lock);
    i64 r = queue_locked(p, to, info);
    pthread_mutex_unlock(&p->lock);
    return r;
}

i64 signal_queue_tid(struct process *p, int tid, const struct guest_siginfo *info)
{
    pthread_mutex_lock(&p->lock);
    struct thread *to = thread_find(p, tid);
    i64 r = !to ? -ESRCH : info->sig ? queue_locked(p, to, info) : 0;
    pthread_mutex_unlock(&p->lock);
    return r;
}

void signal_send(struct thread *t, const struct guest_siginfo *info)
{
    signal_queue(t->process, t, info);
}

// Which queued signal `t` takes for `sig`: its own before the process's, oldest first.
static int find_queued(const struct process *p, const struct thread *t, int sig)
{
    int found = -1;
    for (int i = p->queued; i-- > 0;)
        if (p->queue[i].info.sig == sig && (p->queue[i].to == t || !p->queue[i].to))
            if (found < 0 || p->queue[i].to == t || !p->queue[found].to)
                found = i;
    return found;
}

static bool take_locked(struct thread *t, int sig, struct guest_siginfo *info)
{
    struct process *p = t->process;
    if (!(signal_pending(t) & bit(sig)))
        return false;
    int i = find_queued(p, t, sig);
    struct thread *to = i >= 0 ? p->queue[i].to : t->pending & bit(sig) ? t : NULL;
    *info = i >= 0 ? p->queue[i].info : (struct guest_siginfo){ .sig = sig, .code = SI_USER };
    if (i >= 0)
        memmove(&p->queue[i], &p->queue[i + 1], (size_t)(--p->queued - i) * sizeof(p->queue[0]));
    for (int k = 0; k < p->queued; k++)
        if (p->queue[k].info.sig == sig && p->queue[k].to == to)
            return true;
    __atomic_fetch_and(to ? &to->pending : &p->pending, ~bit(sig), __ATOMIC_ACQ_REL);
    signalfd_update(p);
    return true;
}

bool signal_take(struct thread *t, u64 set, struct guest_siginfo *info)
{
    bool taken = false;
    pthread_mutex_lock(&t->process->lock);
    for (set &= signal_pending(t); set && !taken; set &= set - 1)
        taken = take_locked(t, __builtin_ctzll(set) + 1, info);
    pthread_mutex_unlock(&t->process->lock);
    return taken;
}

static u64 deliverable(struct thread *t, u64 mask)
{
    return signal_pending(t) & ~mask;
}

bool signal_ignored(const struct process *p, int sig)
{
    u64 handler = p->actions[sig].handler;
    bool harmless = sig == SIGCHLD || sig == SIGURG || sig == SIGWINCH || sig == SIGCONT;
    return handler == ACTION_IGNORE || (handler == ACTION_DEFAULT && harmless);
}

static bool stops(const struct process *p, int sig)
{
    return STOPS & bit(sig) && p->actions[sig].handler == ACTION_DEFAULT;
}

// The process stops here, all threads of it, and goes on when it is continued.
static void stop(struct process *p, int sig)
{
    if (p->options.strace) {
        fprintf(p->options.strace, "--- stopped by SIG%s ---\n", signal_name(sig));
        fflush(p->options.strace);
    }
    hostsig_stop(sig);
}

void signal_arrives(struct process *p, const struct guest_siginfo *info)
{
    pthread_mutex_lock(&p->lock);
    bool now = stops(p, info->sig) && taker(p, info->sig) && !p->options.signalled;
    if (now)
        signal_drop(p, bit(SIGCONT));
    else
        queue_locked(p, NULL, info);
    pthread_mutex_unlock(&p->lock);
    if (now)
        stop(p, info->sig);
}

bool signal_waiting(struct thread *t, u64 mask)
{
    u64 set = deliverable(t, mask);
    for (; set; set &= set - 1)
        if (!signal_ignored(t->process, __builtin_ctzll(set) + 1))
            return true;
    return false;
}

void process_kill(struct process *p, int sig)
{
    process_end(p, 0, sig);
    if (p->options.strace)
        fprintf(p->options.strace, "+++ killed by SIG%s +++\n", signal_name(sig));
}

void signal_bytes(const struct guest_siginfo *i, u8 raw[SIGINFO_BYTES])
{
    bool fault = i->code > 0 && i->code != SI_KERNEL && i->sig != SIGCHLD;
    memset(raw, 0, SIGINFO_BYTES);
    memcpy(raw, &i->sig, 4);
    memcpy(raw + 8, &i->code, 4);
    if (fault) {
        memcpy(raw + 16, &i->addr, 8);
    } else {
        memcpy(raw + 16, &i->pid, 4);
        memcpy(raw + 20, &i->uid, 4);
        memcpy(raw + 24, &i->value, 8);
    }
}

static void save(struct frame *f, const struct thread *t)
{
    const struct regs *r = &t->cpu.regs;
    struct fpsimd_record *fp = (struct fpsimd_record *)f->reserved;
    *fp = (struct fpsimd_record){ .magic = FPSIMD_RECORD, .size = sizeof(*fp) };
    regs_to_frame(r, FRAME_CONTEXT, f->context);
    regs_to_frame(r, FRAME_FPSIMD, (u8 *)fp);
    struct esr_record *esr = (struct esr_record *)(f->reserved + sizeof(*fp));
    if (t->esr)
        *esr = (struct esr_record){ ESR_RECORD, sizeof(*esr), t->esr };
    // zeros follow: the terminating context
}

static bool on_altstack(const struct thread *t, u64 sp)
{
    const struct guest_altstack *a = &t->altstack;
    return !(a->flags & AUTODISARM) && sp > a->sp && sp - a->sp <= a->size;
}

// Builds the frame and enters the handler; false when the stack cannot hold it.
static bool enter(struct thread *t, const struct guest_siginfo *info)
{
    struct process *p = t->process;
    struct cpu *c = &t->cpu;
    struct guest_action act = p->actions[info->sig];
    if (t->restart) {
        t->restart = false;
        c->x[0] = act.flags & FLAG_RESTART ? t->restart_x0 : (u64)-EINTR;
        c->pc -= act.flags & FLAG_RESTART ? 4 : 0;
    }
    if (!rseq_abort(t))
        return false;
    u64 sp = c->x[REG_SP];
    struct frame f = { .stack_sp = t->altstack.sp,
                       .stack_size = t->altstack.size,
                       .stack_flags = t->altstack.flags };
    if (!t->altstack.size)
        f.stack_flags |= 2;   // SS_DISABLE
    else if (on_altstack(t, sp))
        f.stack_flags |= 1;   // SS_ONSTACK
    else if (act.flags & FLAG_ONSTACK)
        sp = t->altstack.sp + t->altstack.size;

    signal_bytes(info, f.info);
    save(&f, t);
    f.fault_address = info->addr;
    f.sigmask = t->restore_mask ? t->sigmask_saved : t->sigmask;

    const u64 record[2] = { c->x[29], c->x[30] };
    vaddr record_at = (sp - sizeof(record)) & ~(u64)15, frame_at = record_at - sizeof(f);
    if (space_write(p->space, record_at, record, sizeof(record)) ||
        space_write(p->space, frame_at, &f, sizeof(f)))
        return false;

    t->restore_mask = false;
    signal_mask(t, t->sigmask | act.mask | (act.flags & FLAG_NODEFER ? 0 : bit(info->sig)));
    if (act.flags & FLAG_RESETHAND)
        p->actions[info->sig].handler = ACTION_DEFAULT;
    if (t->altstack.flags & AUTODISARM)
        t->altstack = (struct guest_altstack){ 0 };
    c->x[0] = info->sig;
    if (act.flags & FLAG_SIGINFO) {
        c->x[1] = frame_at;
        c->x[2] = frame_at + sizeof(f.info);
    }
    c->x[REG_SP] = frame_at;
    c->x[29] = record_at;
    c->x[30] = act.flags & FLAG_RESTORER ? act.restorer : p->sigreturn;
    c->pc = act.handler;
    c->monitor_size = 0;
    t->entered = info->sig;
    return true;
}

static void trace(const struct process *p, const struct guest_siginfo *i)
{
    if (!p->options.strace)
        return;
    fprintf(p->options.strace, "--- SIG%s {si_signo=SIG%s, si_code=%d, ", signal_name(i->sig),
            signal_name(i->sig), i->code);
    if (i->code > 0 && i->code != SI_KERNEL)
        fprintf(p->options.strace, "si_addr=0x%llx} ---\n", (unsigned long long)i->addr);
    else
        fprintf(p->options.strace, "si_pid=%d, si_uid=%d} ---\n", i->pid, i->uid);
}

static void deliver(struct thread *t, const struct guest_siginfo *info)
{
    struct process *p = t->process;
    int sig = info->sig;
    if (signal_ignored(p, sig))
        return;
    trace(p, info);
    if (stops(p, sig)) {
        stop(p, sig);
        return;
    }
    if (p->actions[sig].handler == ACTION_DEFAULT || !enter(t, info)) {
        bool no_stack = p->actions[sig].handler != ACTION_DEFAULT;
        p->outside = info->outside && !no_stack ? sig : 0;
        process_kill(p, no_stack ? SIGSEGV : sig);
    }
}

// The signal a debugger lets through in place of `info`'s; 0: none.
static int let_through(struct thread *t, const struct guest_siginfo *info)
{
    const struct process_options *o = &t->process->options;
    return o->signalled ? o->signalled(o->signal_ctx, t, info) : info->sig;
}

enum sys_result process_signals(struct thread *t)
{
    struct process *p = t->process;
    if (__atomic_load_n(&t->kicked, __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&t->kicked, 0, __ATOMIC_SEQ_CST);
        block_collect(t);
    }
    for (u64 set;
         !__atomic_load_n(&p->exited, __ATOMIC_ACQUIRE) && (set = deliverable(t, t->sigmask));) {
        struct guest_siginfo info;
        if (!signal_take(t, set, &info))
            continue;
        info.sig = let_through(t, &info);
        if (info.sig)
            deliver(t, &info);
    }
    if (t->restore_mask) {   // the wait ended without a handler
        signal_mask(t, t->sigmask_saved);
        t->restore_mask = false;
    }
    if (thread_ends(t))
        __atomic_store_n(&t->exited, true, __ATOMIC_RELAXED);
    return t->exited ? SYS_EXIT : SYS_CONTINUE;
}

// ---- faults

static const char *reason(int sig, int code)
{
    if (code <= 0 || code == SI_KERNEL)
        return "";
    switch (sig) {
    case SIGSEGV: return code == SEGV_MAPERR ? "is not mapped" : "may not be accessed so";
    case SIGBUS: return code == BUS_ADRALN ? "is not aligned" : "lies past the end of its file";
    default: return "";
    }
}

static void tell(struct thread *t, int sig, int code, vaddr addr, const char *what)
{
    const struct process *p = t->process;
    FILE *f = p->options.messages ? p->options.messages : stderr;
    fprintf(f, "m2sim: guest ended by SIG%s at pc 0x%llx", signal_name(sig),
            (unsigned long long)t->cpu.pc);
    if (what)
        fprintf(f, " (%s)", what);
    if (*reason(sig, code))
        fprintf(f, ": address 0x%llx %s", (unsigned long long)addr, reason(sig, code));
    putc('\n', f);
}

enum sys_result process_fault(struct thread *t, int sig, int code, vaddr addr, const char *what)
{
    struct process *p = t->process;
    struct guest_siginfo info = { .sig = sig, .code = code, .addr = addr };
    sig = info.sig = let_through(t, &info);
    bool exited = __atomic_load_n(&p->exited, __ATOMIC_ACQUIRE);
    if (!sig || exited)
        return exited ? SYS_EXIT : SYS_CONTINUE;
    bool handled = p->actions[sig].handler > ACTION_IGNORE && !(t->sigmask & bit(sig));
    trace(p, &info);
    bool entered = handled && enter(t, &info);
    t->esr = 0;
    if (!entered) {
        tell(t, sig, code, addr, what);
        t->exited = true;
        process_kill(p, sig);
        return SYS_EXIT;
    }
    return SYS_CONTINUE;
}

// ---- return

// Takes registers back; false when the frame is none.
static bool restore(struct thread *t, const struct frame *f)
{
    struct regs *r = &t->cpu.regs;
    const struct fpsimd_record *fp = (const struct fpsimd_record *)f->reserved;
    size_t at = 0;
    while (at + sizeof(*fp) <= sizeof(f->reserved) && fp->magic != FPSIMD_RECORD) {
        if (!fp->magic || fp->size < 16 || fp->size % 16)
            return false;
        at += fp->size;
        fp = (const struct fpsimd_record *)(f->reserved + at);
    }
    if (at + sizeof(*fp) > sizeof(f->reserved) || fp->size != sizeof(*fp))
        return false;
    regs_from_frame(r, FRAME_CONTEXT, f->context);
    regs_from_frame(r, FRAME_FPSIMD, (const u8 *)fp);
    return true;
}

i64 sys_rt_sigreturn(struct thread *t, const u64 a[6])
{
    struct frame f;
    vaddr sp = t->cpu.x[REG_SP];
    if (sp % 16 || space_read(t->process->space, &f, sp, sizeof(f)) || !restore(t, &f)) {
        process_fault(t, SIGSEGV, SI_KERNEL, sp, "rt_sigreturn from a damaged frame");
        return t->cpu.x[0];
    }
    signal_mask(t, f.sigmask);
    hostsig_mask(t);
    if (!on_altstack(t, t->cpu.x[REG_SP]))
        t->altstack = f.stack_flags & 2 ? (struct guest_altstack){ 0 }
                                        : (struct guest_altstack){ f.stack_sp, f.stack_size,
                                                                   f.stack_flags & AUTODISARM };
    return t->cpu.x[0];
}
