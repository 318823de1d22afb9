// linux.h: what the files that implement Linux' system calls share.
//
// A handler takes the six argument registers and returns what x0 gets: a result or a
// negative errno. Buffers the host's kernel fills or reads are handed on as window
// addresses (the kernel answers EFAULT where nothing is mapped); what a handler reads
// itself goes through space_read and space_write.
#ifndef GUEST_LINUX_H
#define GUEST_LINUX_H

#include <errno.h>
#include <sys/uio.h>
#include <time.h>

#include "guest/files/fds.h"
#include "guest/files/path.h"
#include "guest/linux/child.h"
#include "guest/linux/memfd.h"
#include "guest/linux/perf.h"
#include "guest/linux/signal_wait.h"
#include "guest/linux/time.h"
#include "guest/process.h"
#include "guest/process/sched.h"

enum syscall_status {
    IMPLEMENTED,   // done here
    PASSED,        // handed to the host after translation
    REFUSED,       // known and not offered
};

// What a call may wait for. One that waits for anything else holds all threads that take turns;
// tests/linux/waits has a case for each row that waits.
enum syscall_waits {
    FOR_NEVER,      // nothing but the host's disks
    FOR_READY,      // descriptors that can be polled
    FOR_UNPOLLED,   // the host, which cannot be polled for it (helper.h)
    FOR_CHILD,      // a child's end
    FOR_WOKEN,      // another thread's call
    FOR_TIME,
    FOR_SIGNAL,
    FOR_TURN,       // its next turn
};

struct syscall_row {
    const char *name;
    i64 (*run)(struct thread *t, const u64 a[6]);
    const char *args;              // for --strace; letters: see strace.c
    enum syscall_status status;
    enum syscall_waits waits;
};

enum {
    SYSCALL_LIMIT = 512,
    RESTART = 512,         // -RESTART: -EINTR, or again when the handler has SA_RESTART
    WAITS = 513,           // -WAITS: not yet; the handler will be called again (sched.h)
    KICK = 64,             // host signal that wakes waiting threads
};

// Row `number`, or NULL when it is not known.
const struct syscall_row *syscall_row(u64 number);

#define SYSCALL(number, name, handler, args, status, waits) \
    i64 handler(struct thread *t, const u64 a[6]);
#include "guest/linux/syscalls.def"
#undef SYSCALL

// Result of a host call: itself or -errno.
static inline i64 host_result(i64 r)
{
    return r < 0 ? -errno : r;
}

// Host address of a guest buffer for the host's kernel; NULL when it leaves the window.
static inline void *window(struct thread *t, vaddr a, u64 len)
{
    struct space *s = t->process->space;
    return space_in_window(s, a, len) ? space_host(s, a) : NULL;
}

// ---- calls that wait

// Goes on with the call that `t` waits in.
enum sys_result linux_resume(struct thread *t);

// Gives back what it holds.
void call_end(struct thread *t);

// ---- ends

// Ends the process by a signal; nothing runs any more.
void process_kill(struct process *p, int sig);

// All threads wait in futexes for what can never come: says so and ends the guest. The second: the
// process is locked.
i64 process_deadlock(struct thread *t);
void process_deadlock_locked(struct process *p);

// Ends all threads with a status or by a signal; the first one to ask decides.
void process_end(struct process *p, int status, int sig);

// ---- threads, processes

// True when nothing could ever wake the only thread from a wait without an end.
bool process_alone(const struct process *p);

// Wakes `count` waiters of the futex at `a`.
void futex_wake(struct process *p, vaddr a, u32 count);

// Puts a loaded image's stack, heap and registers in place, as for a new process.
bool process_start(struct process *p, struct thread *t, struct err *e);

// Names the process after its program's file.
void process_set_name(struct process *p, const char *path);

// Seeded random bytes.
void process_random(struct process *p, void *to, size_t len);

// Prints one call as strace does.
void strace_print(struct thread *t, u64 number, const u64 a[6], i64 result);

#endif
