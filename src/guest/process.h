// process.h: a guest process, its threads, and how they meet Linux.
//
// The executor runs a thread's `cpu` until SVC or a fault and then calls
// linux_syscall or process_fault; both may change any register (signals,
// sigreturn), so the executor reloads pc afterwards. Everything of a guest lives in
// these structs: two processes can run in one simulator.
#ifndef GUEST_PROCESS_H
#define GUEST_PROCESS_H

#include <pthread.h>
#include <stdio.h>

#include "base/err.h"
#include "base/types.h"
#include "guest/image/elf.h"
#include "guest/memory/space.h"
#include "guest/files/view.h"
#include "guest/process/wait.h"
#include "isa/cpu.h"

enum {
    GUEST_SIGNALS = 64,
    GUEST_FDS = 1024,         // descriptors a guest may have
    GUEST_RLIMITS = 16,
    GUEST_CHILDREN = 256,     // not yet waited for
    GUEST_THREADS = 512,      // at a time
    GUEST_QUEUE = 4096,       // signals pending at a time, with what their senders say of them
    GUEST_TIMERS = 64,        // of timer_create, timerfd and setitimer together
    GUEST_STACK = 8 << 20,    // bytes
};

#define CLEAN_FOLDER "/program"           // of a clean environment

struct thread;
struct program;
struct perf;
struct guest_siginfo;
struct sched_policy;
struct recorder;

// The rows of net.def, and the host's network.
enum guest_net {
#define NET(name, what) NET_##name,
#include "guest/linux/net.def"
#undef NET
    NET_all
};

struct process_options {
    const char *path;                    // the ELF file or script
    const char *const *argv, *const *envp;   // NULL-terminated; argv[0] included
    struct view_options files;           // what the guest can reach of the host's files
    enum guest_net net;
    int net_maker;      // NET_private: of net_private.h; the caller's
    u64 net_cookie;
    bool quiet;                          // refusals are not told
    bool signals;   // the host's are the guest's, and what is ignored and blocked at its start
    bool interruptible;   // SIGINT and SIGTERM of the host come by hostsig_note() alone
    bool clean;   // shown as CLEAN_FOLDER/NAME, of a user with a fixed number
    u64 memory;      // bytes that its processes may have together; 0: the default of bounds.h
    u32 processes;   // that there may be at a time; likewise
    u64 seed;   // of AT_RANDOM and getrandom
    FILE *strace;   // system calls are printed here, or NULL
    FILE *messages;   // faults are told here; NULL means stderr

    // A row of sched.def: how its threads run, and what time it is. NULL: `host`.
    const struct sched_policy *policy;

    // Under `turns`, the time the guest sees, in nanoseconds of Linux clock `clock`.
    // Must not go backwards. Sleeping returns at once and is added by the process.
    u64 (*now_ns)(void *ctx, int clock);
    void *clock_ctx;

    // What the performance counter of Arm's event `number` shows; false when there is no
    // such counter. NULL: there are none.
    bool (*counter)(void *ctx, u32 number, u64 *value);
    void *counter_ctx;

    // Called before a write to the host's descriptor `fd`; `last` is its last byte. NULL:
    // nobody asks.
    void (*writes)(void *ctx, int fd, char last);
    void *writes_ctx;

    // Called before a signal of `t` is delivered (`info` has it): gives the signal to deliver
    // in its place, or 0 for none. NULL: signals go their way. For a debugger.
    int (*signalled)(void *ctx, struct thread *t, const struct guest_siginfo *info);
    void *signal_ctx;

    // Called in the child after a fork, which is a fork of the simulator too, but of the
    // calling host thread alone; the child must end by process_leave. NULL: no forks.
    void (*forked)(void *ctx);
    void *fork_ctx;

    // Under `host`, starts a host thread that runs `t`, whose registers are set: false when it
    // cannot. It ends by thread_end. NULL: no threads.
    bool (*spawn)(void *ctx, struct thread *t);
    void *spawn_ctx;

    // Called when the program wants memory that its bounds allow and the host has not, once that is
    // told: the run is to end. NULL: the program is told ENOMEM.
    void (*starved)(void *ctx);
    void *starved_ctx;

    const volatile int *stop;   // ends every wait when set, or NULL
};

struct guest_action {   // struct sigaction of arm64 Linux
    u64 handler, flags, restorer, mask;
};

struct guest_rlimit {
    u64 soft, hard;
};

// What the simulator itself answers for: seeded random bytes in place of the host's, and
// signalfd, of which the host has an eventfd that is readable while a signal is pending.
enum fd_kind { FD_HOST, FD_RANDOM, FD_SIGNALS };

// What is open, held by its place in the table and by each system call that uses it: the last
// one to let go closes the host's descriptor.
struct guest_file {
    int host;
    u32 holders;
    enum fd_kind kind;
    u64 signals;   // FD_SIGNALS: those it tells of
    struct guest_file *next;   // of process.closing
};

// A guest descriptor is an index of process.fds; it never is the host's number, so no
// descriptor of the simulator can be named by the guest.
struct guest_fd {
    struct guest_file *file;   // NULL: closed
    bool cloexec;
};

// A child by its number in the guest and on the host; number 0: a free place.
struct guest_child {
    int pid, host;
    int group, group_host;   // its group, when the child that leads that is no more
};

// One signal to be delivered.
struct guest_siginfo {
    int sig, code;
    u64 addr;   // of a fault
    int pid, uid;   // of the sender; of a timer: its number, overruns
    u64 value;   // sigqueue, timers; SIGCHLD: status
};

struct guest_pending {
    struct guest_siginfo info;
    struct thread *to;   // NULL: to the process
};

// What handlers of the host's signals have written down (hostsig.h), a ring.
struct host_signals {
    u32 head, tail;
    u64 untold;   // came when the ring was full: bit n - 1
    struct host_signal {
        struct guest_siginfo info;
        int ready;
    } queue[GUEST_QUEUE];
};

enum timer_kind { TIMER_FREE, TIMER_SIGNAL, TIMER_FD, TIMER_INTERVAL };

struct guest_timer {
    enum timer_kind kind;
    int clock, number;   // number: of timer_create or setitimer
    u64 due, interval;   // ns of `clock`; due 0: not running
    int sig;   // 0: none
    int tid;   // SIGEV_THREAD_ID, or 0
    u64 value, overrun;
    int event;   // TIMER_FD: host descriptor of an eventfd
};

struct process {
    struct space *space;
    struct elf_image image;
    vaddr interp_base;   // of the dynamic linker; 0: there is none
    u64 interp_size;
    char missing[256];   // library looked for and not found yet, see loader.h
    vaddr start;   // where the first instruction is
    struct program *program;   // of which options has strings
    char *shown;   // CLEAN_FOLDER/NAME, or NULL; then also
    const char **clean_argv;   // options.argv
    struct process_options options;   // strings are the caller's and must stay
    char exe[4096];   // absolute path, for /proc/self/exe
    char name[16];   // PR_SET_NAME
    int pid, ppid, last_pid;
    int simulation;   // host number of its first process
    int group;   // of processes, its number in the guest
    struct guest_child children[GUEST_CHILDREN];
    void *arguments;   // memory that options point to after execve
    bool exited;   // then one of:
    int exit_status;   // 0 to 255
    int exit_signal;   // non-zero: ended by this signal
    struct guest_action actions[GUEST_SIGNALS + 1];
    struct guest_rlimit rlimits[GUEST_RLIMITS];
    u64 pending;   // signals to the process, bit n - 1
    struct guest_pending queue[GUEST_QUEUE];
    int queued;
    struct host_signals host;
    u64 caught, forwarded;   // of the host: has a handler; the guest handles or waits for it
    u64 outside;     // that other programs or the host's kernel have sent
    struct guest_timer timers[GUEST_TIMERS];
    void *host_timer;   // kicks waiting threads when a timer is due
    bool has_host_timer;
    u32 threads_made, children_made;   // so far, those that have ended too
    bool forks;   // has forked, or is a fork: others share its memory
    int parent_host;   // host number of the guest's parent; 0: no guest
    struct perf *perf;   // of perf_event_open, or NULL
    u64 slept_ns;   // simulated time spent asleep
    u64 random_state;
    vaddr sigreturn;   // the trampoline page
    vaddr stack_top, stack_base;
    struct guest_fd fds[GUEST_FDS];   // what the guest's descriptors are on the host
    bool signal_fds;   // there may be some of FD_SIGNALS
    u32 cpus;   // that the guest sees: one where threads take turns
    struct view *view;   // of the host's files
    bool refused;   // a path was refused, and the user told
    struct guest_file *cwd;   // its working directory
    struct guest_file *closing;   // without a holder, not yet closed
    pthread_mutex_t lock;   // of everything above that changes
    struct thread *main;
    struct thread *threads;   // all, main first, then by creation
    int thread_count, alive;   // alive: have not called exit
    bool orphan;   // main was started by `spawn`: nobody joins
    struct thread *survivor;   // execve: all others end
    pthread_cond_t gone;   // a thread has ended
    const struct sched_policy *policy;
    struct thread *holder;   // whose turn it is, where there are turns
    u64 waits;   // there have been so many
    int helpers;   // that there are, see helper.h
};

struct guest_altstack {
    u64 sp, size;
    u32 flags;
};

struct thread {
    struct cpu cpu;   // first, so that exec may cast
    struct process *process;
    struct recorder *recorder;   // where its instructions are told of, or NULL; the executor's
    struct thread *next;
    int tid;
    pthread_t host;   // the host thread that runs it
    bool has_host, left;
    int kicked, blocking;   // see block.h; atomic
    struct thread_call call;   // that it is in
    bool begun, passed;   // has had a turn; its last one was used up
    u64 used, ran;   // instructions of its turn; of the last stretch
    u64 awaited;   // signals sigtimedwait waits for
    bool restart;   // the call is to be made again
    u64 restart_x0;
    char name[16];   // of threads but main
    u64 sigmask, pending;
    u64 sigmask_saved;   // while ppoll and friends wait
    bool restore_mask;
    struct guest_altstack altstack;
    vaddr clear_child_tid, robust_list;
    vaddr rseq;   // registered, or 0; with its length and signature
    u32 rseq_len, rseq_sig;
    u64 affinity;   // CPUs it may run on; 0: all
    u32 esr;   // of the fault being delivered (Arm ARM ESR_EL1), or 0
    struct guest_file **held;   // files of its system call, see fds.c
    u32 *held_as;   // and the numbers by which it named them
    u32 held_count, held_room;
    bool exited;
    u64 syscalls;   // made so far
    int entered;   // the signal whose handler it goes on with, or 0
};

// Loads the program and builds the stack; main's registers are those of a new
// process. NULL and *e on a user error; *exit_code (may be NULL) is then the code
// the command line gives: 66 no such file, 65 not a program we run. Ended by
// process_free. SIGPIPE and SIGXFSZ end the host process no more: a guest's broken
// pipe is the guest's alone.
struct process *process_new(const struct process_options *o, struct err *e, int *exit_code);
void process_free(struct process *p);

// The same for an ELF file in memory; o->path is its name only.
struct process *process_new_memory(const struct process_options *o, const void *data, size_t len,
                                   struct err *e);

// Status as a shell sees it: exit_status, or 128 + signal.
int process_status(const struct process *p);

// Ends a forked child of the simulator as its guest has ended.
void process_leave(const struct process *p) __attribute__((noreturn));

// EXIT: this thread runs no more. TURN: it waits or its turn is over; go on with whom
// sched_next names.
enum sys_result { SYS_CONTINUE, SYS_EXIT, SYS_TURN };

// The system call in x8 with arguments x0 to x5; the result goes to x0. cpu.pc must
// already be past the SVC. Signals that became pending are delivered before it returns.
enum sys_result linux_syscall(struct thread *t);

// A synchronous fault of the instruction at cpu.pc: signal, si_code and si_addr as
// Linux defines them. Enters the guest's handler, or ends the process and says so on
// options.messages with `what`, the instruction as text ("ldr x0, [x1]"). thread.esr is
// shown to the handler and cleared.
enum sys_result process_fault(struct thread *t, int sig, int code, vaddr addr, const char *what);

// Delivers pending unblocked signals, if any (for asynchronous ones, between blocks).
enum sys_result process_signals(struct thread *t);

// To be called between stretches of instructions, of which `t` has just run `t->ran`:
// signals, timers, and whether its turn is over.
enum sys_result process_boundary(struct thread *t);

// The turn of `t` begins: ends or goes on with the call it was in.
enum sys_result process_resume(struct thread *t);

// The calling host thread begins to run `t`, and has run it to its end, after which it is
// gone but for process.main. thread_end is true for the last one of an orphan; for others the
// process may be gone when it returns.
void thread_begin(struct thread *t);
bool thread_end(struct thread *t);

// Frees what a thread that runs no more has; of process.main process_free does it.
void thread_free(struct thread *t);

// Ends every thread soon, without a status (a limit was reached); waits until all are gone,
// for some seconds. False when some are not.
void process_stop(struct process *p);
bool process_join(struct process *p);

// Nanoseconds of Linux clock `clock` as the guest sees it.
u64 process_now(struct process *p, int clock);

#endif
