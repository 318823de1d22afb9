// process.h: a guest process, its threads, and how they meet Linux.
//
// The executor runs a thread's `cpu` until SVC or a fault and then calls
// linux_syscall or process_fault; both may change any register (signals,
// sigreturn), so the executor reloads pc afterwards. Everything of a guest lives in
// these structs: two processes can run in one simulator.
#ifndef GUEST_PROCESS_H
#define GUEST_PROCESS_H

#include <pthread.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/types.h"
#include "guest/image/elf.h"
#include "guest/memory/space.h"
#include "guest/files/fds.h"
#include "guest/linux/child.h"
#include "guest/options.h"
#include "guest/signal.h"
#include "guest/thread.h"

enum {
    GUEST_RLIMITS = 16,
    GUEST_THREADS = 512,      // at a time
    GUEST_STACK = 8 << 20,    // bytes
    TIMER_SLACK = 50000,      // ns, by default
};

struct program;
struct perf;

struct guest_rlimit {
    u64 soft, hard;
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
    dev_t exe_device;   // of its file on the host
    ino_t exe_inode;
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
    int outside;   // what it is ended by when that came from outside (signal.h)
    struct guest_timer timers[GUEST_TIMERS];
    void *host_timer;   // kicks waiting threads when a timer is due
    bool has_host_timer;
    u32 threads_made, children_made;   // so far, those that have ended too
    bool forks;   // has forked, or is a fork: others share its memory
    int parent_host;   // host number of the guest's parent; 0: no guest
    int death_signal;   // comes when the parent ends: PR_SET_PDEATHSIG
    bool undumpable, no_huge_pages;   // as prctl was told
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

// Ends every thread soon, without a status (a limit was reached); waits until all are gone,
// for some seconds. False when some are not.
void process_stop(struct process *p);
bool process_join(struct process *p);

#endif
