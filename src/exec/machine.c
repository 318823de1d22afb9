#include "exec/machine.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "isa/decode.h"

enum {
    SLICE = 20000000,   // instructions between looks at *stop
    // The last stretch before an instruction limit is stepped, because a run may pass its
    // budget by a branch-free stretch.
    STEPPED = 100000,
};

static const char *instruction_at(struct process *p, u64 pc, char *buf, size_t size)
{
    u32 word;
    if (space_read(p->space, &word, pc, sizeof(word)) < 0)
        return "unreadable";
    char text[96];
    snprintf(buf, size, "%08x: %s", word, isa_disassemble(word, pc, text, sizeof(text)));
    return buf;
}

static enum sys_result fault(struct machine *m, struct trap t)
{
    struct thread *th = m->process->main;
    struct space *s = m->process->space;
    int sig = SIGILL, code = ILL_ILLOPC;
    vaddr addr = th->cpu.pc;
    switch (t.kind) {
    case TRAP_MEMORY:
        addr = t.addr;
        space_fault_signal(s, t.addr, t.write ? SPACE_WRITE : SPACE_READ, &sig, &code);
        break;
    case TRAP_FETCH:
        addr = t.addr;
        space_fault_signal(s, t.addr, SPACE_EXEC, &sig, &code);
        break;
    case TRAP_ALIGN:
        sig = SIGBUS;
        code = BUS_ADRALN;
        addr = t.addr;
        break;
    case TRAP_BRK:
        sig = SIGTRAP;
        code = TRAP_BRKPT;
        break;
    case TRAP_AUTH: code = ILL_ILLOPN; break;
    default: break;
    }
    char text[112];
    return process_fault(th, sig, code, addr,
                         instruction_at(m->process, th->cpu.pc, text, sizeof(text)));
}

static enum sys_result handle(struct machine *m, struct trap t)
{
    struct thread *th = m->process->main;
    switch (t.kind) {
    case TRAP_BUDGET:
    case TRAP_BREAKPOINT: return SYS_CONTINUE;
    case TRAP_SVC: return linux_syscall(th);
    case TRAP_COUNTER: th->cpu.x[t.addr] = m->counter(m->counter_ctx); return SYS_CONTINUE;
    case TRAP_ICACHE:
        space_invalidate_code(m->process->space, t.addr & ~63ull, 64);
        return SYS_CONTINUE;
    default: return fault(m, t);
    }
}

// Runs a part of `left` instructions; false when the debugger has ended the guest.
static bool run_slice(struct machine *m, struct thread *th, u64 left, struct trap *t, u64 *executed)
{
    bool step = left <= STEPPED;
    u64 budget = step ? 1 : left - STEPPED < SLICE ? left - STEPPED : SLICE;
    const struct debugger *d = m->debugger;
    if (d)
        return d->run(d->ctx, th, m->recorder, budget, step, t, executed);
    *t = step ? exec_step(&th->cpu, m->process->space, m->recorder, executed)
              : exec_run(&th->cpu, m->process->space, budget, m->recorder, executed);
    return true;
}

enum machine_end machine_run(struct machine *m)
{
    exec_init(&m->process->main->cpu, m->process->space);
    for (;;) {
        if (m->stop && *m->stop)
            return MACHINE_STOPPED;
        u64 left = m->max_instructions ? m->max_instructions - m->instructions : SLICE + STEPPED;
        if (left == 0)
            return MACHINE_LIMIT;
        u64 executed;
        struct trap t = { TRAP_BUDGET };
        bool alive = run_slice(m, m->process->main, left, &t, &executed);
        m->instructions += executed;
        if (!alive || handle(m, t) == SYS_EXIT)
            return MACHINE_EXITED;
    }
}
