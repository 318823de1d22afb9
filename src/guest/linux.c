// The table of system calls and the way into it.
#include <stdio.h>
#include <string.h>

#include "guest/linux.h"

static const struct syscall_row table[SYSCALL_LIMIT] = {
#define SYSCALL(number, name, handler, args, status) [number] = { #name, handler, args, status },
#include "guest/syscalls.def"
#undef SYSCALL
};

const struct syscall_row *syscall_row(u64 number)
{
    return number < SYSCALL_LIMIT && table[number].name ? &table[number] : NULL;
}

enum sys_result linux_syscall(struct thread *t)
{
    struct cpu *c = &t->cpu;
    struct process *p = t->process;
    u64 number = (u32)c->x[8], a[6];
    memcpy(a, c->x, sizeof(a));
    const struct syscall_row *row = syscall_row(number);
    c->monitor_size = 0;   // an exception return clears the exclusive monitor
    t->syscalls++;
    i64 result = row ? row->run(t, a) : -ENOSYS;
    t->restart = result == -RESTART;
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
