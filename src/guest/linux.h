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

// ---- fds.c: the guest's descriptors

// Makes host 0, 1 and 2 the guest's; closes everything the guest still has.
bool fds_open_standard(struct process *p);
void fds_close_all(struct process *p);

// Host descriptor of the guest's `fd`, or -EBADF. It stays open and what it is, whatever
// other threads do, until the system call of `t` ends.
int fd_get(struct thread *t, u64 fd);

// As fd_get: of the working directory; and where AT_FDCWD means that.
int fd_cwd(struct thread *t);
int fd_dir(struct thread *t, u64 fd);

// Gives back all that `t` got: at the end of its system call. fds_forked: in a child, what
// the threads had that are not in it.
void fds_put(struct thread *t);
void fds_forked(struct process *p, const struct thread *t);

// What kind a descriptor from fd_get is. For FD_SIGNALS, *signals gets its set.
enum fd_kind fd_kind(const struct thread *t, int host, u64 *signals);

// Gives host descriptor `host` (negative: an errno, handed on) the lowest free number
// from `low` up; on failure it is closed.
i64 fd_new(struct process *p, i64 host, bool cloexec, int low);
i64 fd_new_kind(struct process *p, i64 host, enum fd_kind kind, u64 signals, bool cloexec, int low);

void fd_set_cloexec(struct process *p, u64 fd, bool cloexec);

// Makes `host`, if it is one, the working directory: 0, or the errno handed in.
i64 fd_set_cwd(struct process *p, i64 host);

// A file with one hold, that of the table or of process.cwd.
struct guest_file *file_new(int host);

// ---- memfd.c: files that are memory, which counts as the simulation's (bounds_files.h)

enum { MEMFD_PART = 1 << 20 };   // written at a time

bool memfd_is(struct thread *t, int host);

// Room for it to reach `end`; 0, also of other files, or -ENOSPC.
i64 memfd_room(struct thread *t, int host, u64 end);

// The same for writing *n bytes at `at` (negative: at its position), and no more than a part.
i64 memfd_write(struct thread *t, int host, i64 at, u64 *n);

// ---- path.c

enum {
    PATH_FOLLOW = 1,       // a link at the end is followed
    PATH_EMPTY = 2,        // an empty path means the descriptor itself
    PATH_CREATE = 4,       // the name will be made: it must be new, its folder writable
    PATH_REMOVE = 8,       // the name will go or be replaced; its folder must be writable
    PATH_ALTER = 16,       // the file will change: it must be writable
    PATH_MAKE = 32,        // the file may be made (open knows more)
    PATH_QUIET = 64,       // the user is not told of a refusal
};

// A file of the guest: `text`, one component that must not be followed, in folder `dir`;
// or, when `text` is empty, `dir` itself. at_flags says so to the host's *at calls.
struct guest_path {
    int dir, at_flags;
    bool owned;            // path_end closes dir
    bool magic;            // dir is one of the guest's own descriptors
    bool made_up;          // dir is a file of procfs.c
    bool slash;            // the path ended in "/"
    bool kernel;           // on /proc, /sys or the like: of the host's kernel
    enum view_access access;
    char text[VIEW_NAME];
    char guest[VIEW_PATH]; // where it is, without links
};

// Reads and follows a path: 0 or -errno. After 0, path_end must follow.
i64 path_get(struct thread *t, u64 dirfd, vaddr text, u32 flags, struct guest_path *path);

// The same for a path the simulator itself has, from the working directory.
i64 path_of(struct thread *t, const char *text, u32 flags, struct guest_path *path);

// Gives back what `path` holds; returns `result`.
i64 path_end(struct guest_path *path, i64 result);

// Opens with host flags: a host descriptor (close-on-exec) or -errno. Files by
// which the host's kernel shows its processes or itself are refused.
i64 path_open(struct thread *t, struct guest_path *path, int flags, u32 mode);

// The guest's path of what `host` has open, or its name when it is no file ("pipe:[7]").
// False when the guest has no path to it.
bool path_shown(struct process *p, int host, char *text, size_t size);

// 0 when mode, owner and times of what `host` has open may be changed, else -errno.
i64 fd_may_change(struct thread *t, int host);

// Open flags of arm64 to the host's and back.
int open_flags_to_host(u64 flags);
u64 open_flags_to_guest(int flags);

// A host descriptor to read a made-up /proc file from; -ENOENT when `text` is none.
i64 procfs_open(struct thread *t, const char *text);

// ---- time

// Reads a struct timespec: 0, -EFAULT, or -EINVAL when it is no time.
i64 time_get(struct thread *t, vaddr a, struct timespec *ts);

// `until` of `clock` on CLOCK_MONOTONIC.
u64 time_monotonic(struct process *p, int clock, u64 until);

// Nanoseconds of a timespec, bounded so that sums do not overflow.
u64 time_ns(const struct timespec *ts);

// Reads an optional timeout into *ns (-1: none).
i64 timeout_at(struct thread *t, vaddr a, i64 *ns);

// Puts a signal mask in place for a wait. -EINTR when a signal comes by that; the mask is
// then restored by its delivery, else by mask_end.
i64 mask_begin(struct thread *t, vaddr a, u64 size);
void mask_end(struct thread *t);

// ---- performance counters

// If `host` is a counter: true, with what read(2), ioctl(2) and mmap(2) return.
bool perf_read(struct thread *t, int host, vaddr to, u64 size, i64 *result);
bool perf_ioctl(struct thread *t, int host, u32 request, u64 arg, i64 *result);
bool perf_mmap(struct thread *t, int host, const u64 a[6], i64 *result);
void perf_free(struct process *p);

// ---- calls that wait

// Goes on with the call that `t` waits in.
enum sys_result linux_resume(struct thread *t);

// Gives back what it holds.
void call_end(struct thread *t);

// ---- signals

// Makes `info` pending for the thread.
void signal_send(struct thread *t, const struct guest_siginfo *info);

// Whether a signal is refused where there is no room for what its sender says. Others become
// pending all the same, as from nobody (Linux: kernel/signal.c, __send_signal_locked).
bool signal_needs_room(const struct guest_siginfo *info);

// The same for thread `to`, or for the process when NULL: 0 or -EAGAIN (signal_needs_room).
i64 signal_queue(struct process *p, struct thread *to, const struct guest_siginfo *info);

// The same for thread `tid`, or -ESRCH; signal 0 only looks for it.
i64 signal_queue_tid(struct process *p, int tid, const struct guest_siginfo *info);

// From the host (hostsig.h), to the process; what stops it by default does so at once, so that
// calls that wait go on after it.
void signal_arrives(struct process *p, const struct guest_siginfo *info);

// Takes the lowest signal of `set` that is pending for `t`: false when there is none.
bool signal_take(struct thread *t, u64 set, struct guest_siginfo *info);

// What the thread blocks from now on, but SIGKILL and SIGSTOP; what it waits for.
void signal_mask(struct thread *t, u64 set);
void signal_await(struct thread *t, u64 set);

// Signals pending for the thread or its process.
u64 signal_pending(const struct thread *t);

// True when a signal could be delivered under `mask`.
bool signal_waiting(struct thread *t, u64 mask);

// Whether it does nothing when it is delivered.
bool signal_ignored(const struct process *p, int sig);

// Forgets the pending signals of `set`; the process is locked.
void signal_drop(struct process *p, u64 set);

// Ends the process by a signal; nothing runs any more.
void process_kill(struct process *p, int sig);

// All threads wait in futexes for what can never come: says so and ends the guest. The second: the
// process is locked.
i64 process_deadlock(struct thread *t);
void process_deadlock_locked(struct process *p);

// Ends all threads with a status or by a signal; the first one to ask decides.
void process_end(struct process *p, int status, int sig);

// ---- threads

// True when nothing could ever wake the only thread from a wait without an end.
bool process_alone(const struct process *p);

// True when `t` is to run no more.
bool thread_ends(const struct thread *t);

// Thread `tid`, or NULL; the process is locked.
struct thread *thread_find(struct process *p, int tid);

// Ends all threads but `t`, which becomes the main one: false when they do not end.
bool thread_alone(struct thread *t);

// Number in the guest of host process `host`; 0 when it is none of its.
int guest_pid(struct process *p, int host);

// Clears and wakes what the thread asked for, robust futexes first.
void thread_release(struct thread *t);

// Wakes `count` waiters of the futex at `a`.
void futex_wake(struct process *p, vaddr a, u32 count);

// struct siginfo of arm64.
enum { SIGINFO_BYTES = 128 };
void signal_bytes(const struct guest_siginfo *i, u8 raw[SIGINFO_BYTES]);

// Name without SIG: "SEGV".
const char *signal_name(int sig);

// ---- signalfd

// What is readable follows what is pending; the process is locked.
void signalfd_update(struct process *p);

// In a child: its own, apart from its parent's.
void signalfd_forked(struct process *p);

// read(2) of a descriptor, `host` on the host, for `set`.
i64 signalfd_read(struct thread *t, int host, u64 set, vaddr to, u64 size);

// Waits until a signal of `set` is pending (0) or one can be delivered (-EINTR), or `until`
// of CLOCK_MONOTONIC (0).
i64 signal_wait(struct thread *t, u64 set, u64 until);

// ---- restartable sequences

// To be called before a handler is entered, or another thread has run: a sequence that is
// under way goes on at its abort handler. False when what the thread registered is damaged.
bool rseq_abort(struct thread *t);

// ---- children

// clone with CLONE_THREAD.
i64 clone_thread(struct thread *t, const u64 a[6]);

// Host number of the guest's child `pid`; 0 when there is none.
int child_host(struct process *p, int pid);

// Host number of the guest's process group `group`, 0 when there is none; and the guest's of one
// of the host's that a terminal has.
int group_host(struct process *p, int group);
i64 group_terminal(struct process *p, int host);

// Child `leader` is no more: its group keeps its number for the other children in it. The process
// is locked.
void group_outlives(struct process *p, const struct guest_child *leader);

// Closes what is close-on-exec.
void fds_close_on_exec(struct process *p);

// Puts a loaded image's stack, heap and registers in place, as for a new process.
bool process_start(struct process *p, struct thread *t, struct err *e);

// Names the process after its program's file.
void process_set_name(struct process *p, const char *path);

// Seeded random bytes.
void process_random(struct process *p, void *to, size_t len);

// Prints one call as strace does.
void strace_print(struct thread *t, u64 number, const u64 a[6], i64 result);

#endif
