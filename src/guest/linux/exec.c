// execve: another program in place of the running one. The address space is
// emptied and filled again, so that what points to it stays right.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/linux.h"
#include "guest/process/hostsig.h"
#include "guest/process/program.h"
#include "guest/process/timers.h"

enum {
    LIST_MAX = 1 << 16,                // arguments, and variables
    TEXT_MAX = GUEST_STACK / 4,        // bytes of all of them
};

// Strings of argv and envp, copied from the guest: one block of memory.
struct words {
    const char *argv[LIST_MAX], *envp[LIST_MAX];
    char path[4096];
    size_t used;
    char text[TEXT_MAX];
};

static i64 read_list(struct thread *t, vaddr list, struct words *w, const char **out)
{
    for (size_t i = 0; list; i++) {
        vaddr at;
        if (space_read(t->process->space, &at, list + i * 8, 8))
            return -EFAULT;
        out[i] = NULL;
        if (!at)
            return 0;
        char *to = w->text + w->used;
        i64 n = i + 1 < LIST_MAX ? space_string(t->process->space, to, at, TEXT_MAX - w->used)
                                 : -ENAMETOOLONG;
        if (n < 0)
            return n == -EFAULT ? n : -E2BIG;
        out[i] = to;
        w->used += n + 1;
    }
    return 0;
}

static void reset(struct process *p, struct thread *t)
{
    children_ended(p);
    for (int i = 1; i <= GUEST_SIGNALS; i++)
        p->actions[i] = (struct guest_action){ .handler = p->actions[i].handler == 1 };
    hostsig_action(p, SIGCHLD);
    p->undumpable = false;
    t->altstack = (struct guest_altstack){ 0 };
    t->clear_child_tid = t->robust_list = t->rseq = 0;
    t->cpu.regs = (struct regs){ 0 };
    fds_close_on_exec(p);
}

// From here on there is no way back: a failure ends the process.
static i64 replace(struct thread *t, struct program *g, struct words *w)
{
    struct process *p = t->process;
    struct err e = { "" };
    if (!thread_alone(t))
        return -EAGAIN;
    timers_clear(p, false);
    space_unmap(p->space, 0, p->space->size);
    reset(p, t);
    void *old = p->arguments;
    p->arguments = w;
    p->options.envp = w->envp;
    p->space->map_top = p->space->size - ((u64)64 << 20);
    bool loaded = program_load(p, t, g, &e);
    free(old);
    if (loaded)
        return 0;
    fprintf(p->options.messages ? p->options.messages : stderr, "m2sim: %s\n", e.text);
    process_kill(p, SIGKILL);
    return -ENOEXEC;
}

i64 sys_execve(struct thread *t, const u64 a[6])
{
    struct words *w = calloc(1, sizeof(*w));
    if (!w)
        out_of_memory();
    i64 n = space_string(t->process->space, w->path, a[0], sizeof(w->path));
    i64 failed = n < 0 ? n : 0;
    struct program *g = NULL;
    failed = failed ? failed : read_list(t, a[1], w, w->argv);
    failed = failed ? failed : read_list(t, a[2], w, w->envp);
    failed = failed ? failed : program_find(t, w->path, w->argv, 0, &g);
    failed = failed ? failed : program_check(t, g);
    if (!failed)
        return replace(t, g, w);
    if (g)
        close(g->fd);
    program_free(g);
    free(w);
    return failed;
}
