// How the guest goes on between two stops.
#include "gdb/gdb.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "gdb/session.h"
#include "guest/process/hostsig.h"
#include "guest/linux.h"

enum {
    LOOK_EVERY = 1 << 14,   // single steps between looks at the connection
    WAKE = 62,              // host signal of input: ends system calls that wait
    SVC_0 = 0xd4000001,
};

// -- Leaving --

// The guest goes on as if no debugger had ever been; signalled() stays, since a WAKE may
// still be on its way.
static void leave(struct gdb *g)
{
    points_drop(g);
    serve_close(g);
    g->gone = true;
    g->stop.due = g->awaiting = false;
    g->machine->debugger = NULL;
}

// While the guest runs, input from the debugger ends the system call that waits in this host
// thread. While it stands packets are input, and no call should hear of them.
static void wake_waits(struct gdb *g, bool wake)
{
    struct f_owner_ex owner = { F_OWNER_TID, gettid() };
    int flags = fcntl(g->in, F_GETFL);
    if (wake) {
        hostsig_catch(g->process, WAKE);
        fcntl(g->in, F_SETOWN_EX, &owner);
        fcntl(g->in, F_SETSIG, WAKE);
    }
    fcntl(g->in, F_SETFL, wake ? flags | O_ASYNC : flags & ~O_ASYNC);
}

// Tells the stop that is due; false when the guest is to end.
static bool stand(struct gdb *g)
{
    wake_waits(g, false);
    bool alive = serve(g);
    if (g->gone)
        leave(g);
    else
        wake_waits(g, true);
    return alive;
}

// -- Between two runs --

// A system call that Ctrl-C cut short is made again.
static void restart_call(struct gdb *g, struct thread *t)
{
    u32 word;
    if (t->cpu.x[0] != (u64)-EINTR ||
        space_read(g->process->space, &word, t->cpu.pc - 4, sizeof(word)) < 0 || word != SVC_0)
        return;
    t->cpu.x[0] = t->restart_x0;
    t->cpu.pc -= 4;
}

// Breakpoints were in the old program: the debugger sets new ones.
static void begin_program(struct gdb *g, struct thread *t)
{
    points_drop(g);
    query_new_program(g);
    g->arguments = g->process->arguments;
    if (g->exec_events)
        g->stop = (struct stop){ true, WHY_EXEC, SIGTRAP, t->tid, 0 };
}

// What happened since the last run, and the stop it leads to. False: the guest ends.
static bool attend(struct gdb *g, struct thread *t)
{
    if (g->arguments != g->process->arguments)   // made anew by each execve
        begin_program(g, t);
    watches_check(g, t->tid);
    if (!g->stop.due && serve_interrupted(g) && !g->gone) {
        restart_call(g, t);
        g->stop = (struct stop){ true, WHY_SIGNAL, SIGINT, t->tid, 0 };
    }
    if (g->gone)
        leave(g);
    if (g->stop.due && !gdb_thread(g, g->stop.tid))   // it has ended since
        g->stop.tid = t->tid;
    while (g->stop.due) {
        if (!stand(g))
            return false;
        if (t->kicked && process_signals(t) == SYS_EXIT)   // a WAKE from before
            return false;
    }
    return true;
}

// Delivers the signal that the user gave with "go on".
static bool inject(struct gdb *g, struct thread *t, int sig)
{
    g->injecting = true;
    signal_queue(g->process, t,
                 &(struct guest_siginfo){ .sig = sig, .code = SI_USER, .pid = g->process->pid });
    enum sys_result r = process_signals(t);
    g->injecting = false;
    return r != SYS_EXIT;
}

// -- Running --

static void stop_at_breakpoint(struct gdb *g, const struct thread *t)
{
    enum stop_why why = WHY_SWBREAK;
    for (u32 k = 0; k < g->break_count; k++)
        if (g->breaks[k].addr == t->cpu.pc && g->breaks[k].hardware)
            why = WHY_HWBREAK;
    g->stop = (struct stop){ true, why, SIGTRAP, t->tid, 0 };
}

static struct trap alone(struct gdb *g, struct thread *t, struct recorder *r, u64 budget, bool step,
                         u64 *executed)
{
    struct space *s = g->process->space;
    bool entered = space_enter(s);
    struct trap trap =
        step ? exec_step(&t->cpu, s, r, executed) : exec_run(&t->cpu, s, budget, r, executed);
    space_leave(s, entered);
    return trap;
}

// One instruction, or none when it touches what is watched.
static struct trap one(struct gdb *g, struct thread *t, struct recorder *r, u64 *executed)
{
    return g->watch_count ? watched_step(g, t, r, executed) : alone(g, t, r, 1, true, executed);
}

// Single steps, as far as `a` says, until a stop is due or something else is to be done.
static struct trap steps(struct gdb *g, struct thread *t, struct recorder *r, u64 budget,
                         const struct action *a, u64 *executed)
{
    struct trap trap = { TRAP_BUDGET };
    u64 most = budget < LOOK_EVERY ? budget : LOOK_EVERY;
    for (u64 n = 0; n < most && trap.kind == TRAP_BUDGET && !g->stop.due; n++) {
        u64 done;
        trap = one(g, t, r, &done);
        *executed += done;
        bool within =
            a->kind == 'c' || (a->kind == 'r' && t->cpu.pc >= a->from && t->cpu.pc < a->to);
        if (!within && !g->stop.due && done && trap.kind != TRAP_BREAKPOINT)
            g->stop = (struct stop){ true, WHY_SIGNAL, SIGTRAP, t->tid, 0 };
    }
    return trap;
}

static struct trap go(struct gdb *g, struct thread *t, struct recorder *r, u64 budget, bool step,
                      u64 *executed)
{
    const struct action *a = gdb_action(g, t->tid);
    struct trap trap;
    points_insert(g);
    if (g->watch_count || a->kind != 'c')
        trap = steps(g, t, r, budget, a, executed);
    else
        trap = alone(g, t, r, budget, step, executed);
    if (trap.kind == TRAP_BREAKPOINT)
        stop_at_breakpoint(g, t);
    return trap;
}

static bool run(void *ctx, struct thread *t, struct recorder *r, u64 budget, bool step,
                struct trap *trap, u64 *executed)
{
    struct gdb *g = ctx;
    *trap = (struct trap){ TRAP_BUDGET };
    *executed = 0;
    if (!attend(g, t))
        return false;
    if (g->gone) {
        *trap = alone(g, t, r, budget, step, executed);
        return true;
    }
    struct action *a = (struct action *)gdb_action(g, t->tid);
    if (!a || a->kind == 't') {   // held by the debugger: the turn is another thread's
        sched_pass(t);
        return true;
    }
    int sig = a->sig;
    a->sig = 0;
    if (sig && !inject(g, t, sig))
        return false;
    *trap = go(g, t, r, budget, step, executed);
    return true;
}

// -- Signals --

static int signalled(void *ctx, struct thread *t, const struct guest_siginfo *info)
{
    struct gdb *g = ctx;
    int number = signal_to_gdb(info->sig);
    if (info->sig == WAKE && info->code > 0)   // attend() looks what has come
        return 0;
    if (g->gone || g->injecting || g->pass[number / 64] >> number % 64 & 1)
        return info->sig;
    g->stop = (struct stop){ true, WHY_SIGNAL, info->sig, t->tid, 0 };
    g->info = *info;
    bool alive = stand(g);
    g->info.sig = 0;
    if (!alive)
        return 0;
    if (g->gone)
        return info->sig;
    struct action *a = (struct action *)gdb_action(g, t->tid);
    int sig = a ? a->sig : 0;
    if (a)
        a->sig = 0;
    if (sig && a->kind != 'c')   // a step into the handler: it has begun, nothing of it has run
        g->stop = (struct stop){ true, WHY_SIGNAL, SIGTRAP, t->tid, 0 };
    return sig;
}

// -- Life --

// Steps are recorded here to see what they touch.
static struct record *same_buffer(void *ctx, struct record *full)
{
    return full;
}

static void make_buffers(struct gdb *g)
{
    size_t size = RECORD_BATCH * sizeof(struct record);
    g->recorder.buffer = g->recorder.at = aligned_alloc(size, size);
    g->recorder.next = same_buffer;
    g->auxv = calloc(64, 16);
    g->description = registers_description();
    if (!g->recorder.buffer || !g->auxv)
        out_of_memory();
}

struct gdb *gdb_new(struct machine *m, int in, int out, gdb_monitor *monitor, void *ctx)
{
    struct gdb *g = calloc(1, sizeof(*g));
    if (!g)
        out_of_memory();
    g->machine = m;
    g->process = m->process;
    g->monitor = monitor;
    g->monitor_ctx = ctx;
    g->in = in;
    g->out = out;
    for (int k = 0; k < GDB_FILES; k++)
        g->files[k] = -1;
    make_buffers(g);
    query_new_program(g);
    g->stop = (struct stop){ true, WHY_SIGNAL, SIGTRAP, g->process->main->tid, 0 };
    g->hook = (struct debugger){ run, g };
    m->debugger = &g->hook;
    m->process->options.signalled = signalled;
    m->process->options.signal_ctx = g;
    g->arguments = m->process->arguments;
    return g;
}

void gdb_free(struct gdb *g)
{
    if (!g)
        return;
    leave(g);
    g->process->options.signalled = NULL;
    free(g->recorder.buffer);
    free(g->description);
    free(g->auxv);
    free(g);
}

void gdb_ended(struct gdb *g, enum machine_end end, int status)
{
    const struct process *p = g->process;
    if (g->gone || !g->awaiting)
        return;
    packet_begin(&g->reply);
    if (end == MACHINE_EXITED && p->exit_signal)
        packet_text(&g->reply, "X%02x", (unsigned)signal_to_gdb(p->exit_signal));
    else
        packet_text(&g->reply, "W%02x",
                    (unsigned)(end == MACHINE_EXITED ? p->exit_status : status));
    packet_end(&g->reply);
    ssize_t n = write(g->out, g->reply.data, g->reply.len);
    (void)n;   // nobody is left to be told
}

void gdb_forked(struct gdb *g)
{
    leave(g);
}
