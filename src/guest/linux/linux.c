// The table of system calls and the way into it.
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/process/helper.h"
#include "guest/linux.h"

static const struct syscall_row table[SYSCALL_LIMIT] = {
#define SYSCALL(number, name, handler, args, status, waits) \
    [number] = { #name, handler, args, status, FOR_##waits },
#include "guest/linux/syscalls.def"
#undef SYSCALL
};

const struct syscall_row *syscall_row(u64 number)
{
    return number < SYSCALL_LIMIT && table[number].name ? &table[number] : NULL;
}

// rt_sigreturn gives back what the interrupted code had in x0: any number, and no result.
static bool gives_any_number(const struct syscall_row *row)
{
    return row && row->run == sys_rt_sigreturn;
}

// t->restart: it is to be made again.
static enum sys_result finish(struct thread *t, u64 number, const u64 a[6], i64 result)
{
    struct cpu *c = &t->cpu;
    struct process *p = t->process;
    t->restart_x0 = a[0];
    c->x[0] = t->restart ? -EINTR : result;
    if (p->options.strace)
        strace_print(t, number, a, t->restart ? -EINTR : result);
    if (t->held_count)
        fds_put(t);
    enum sys_result r = process_signals(t);
    if (t->restart) {   // no handler has run
        t->restart = false;
        c->x[0] = a[0];
        c->pc -= 4;
    }
    return r;
}

void call_end(struct thread *t)
{
    struct thread_call *c = &t->call;
    if (c->helper)
        helper_end(t);
    if (c->kept)
        close(c->kept - 1);
    signal_await(t, 0);
    *c = (struct thread_call){ .fds = c->fds, .room = c->room };
}

// Makes the call, from its beginning or where it waited.
static enum sys_result perform(struct thread *t)
{
    u64 number = (u32)t->cpu.x[8], a[6];
    memcpy(a, t->cpu.x, sizeof(a));
    const struct syscall_row *row = syscall_row(number);
    bool again = t->call.again;
    helpers_settle(t->process);
    i64 result = again && thread_ends(t) ? -EINTR : row ? row->run(t, a) : -ENOSYS;
    bool any = gives_any_number(row);
    if (result == -WAITS && !any) {
#ifdef OOO_CHECK   // a build that checks itself: the row says so
        assert(row->waits != FOR_NEVER);
#endif
        return SYS_TURN;
    }
    if (again)
        call_end(t);
    t->restart = result == -RESTART && !any;
    return finish(t, number, a, result);
}

enum sys_result linux_syscall(struct thread *t)
{
    t->cpu.monitor_size = 0;   // an exception return clears the exclusive monitor
    t->syscalls++;
    return perform(t);
}

enum sys_result linux_resume(struct thread *t)
{
    t->call.waits = false;
    t->call.again = true;
    return perform(t);
}
