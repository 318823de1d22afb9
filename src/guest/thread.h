// thread.h: a thread of a guest process, and what runs it calls.
#ifndef GUEST_THREAD_H
#define GUEST_THREAD_H

#include <pthread.h>

#include "base/types.h"
#include "guest/process/wait.h"
#include "guest/signal.h"
#include "isa/cpu.h"

struct process;
struct guest_file;
struct recorder;

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
    u64 slack, slack_default;   // as prctl was told: ns; what 0 means
    bool no_new_privileges;
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

// True when `t` is to run no more.
bool thread_ends(const struct thread *t);

// Thread `tid`, or NULL; the process is locked.
struct thread *thread_find(struct process *p, int tid);

// Ends all threads but `t`, which becomes the main one: false when they do not end.
bool thread_alone(struct thread *t);

// Clears and wakes what the thread asked for, robust futexes first.
void thread_release(struct thread *t);

// To be called before a handler is entered, or another thread has run: a sequence that is
// under way goes on at its abort handler. False when what the thread registered is damaged.
bool rseq_abort(struct thread *t);

// clone with CLONE_THREAD.
i64 clone_thread(struct thread *t, const u64 a[6]);

#endif
