// Signals: handlers, masks, siginfo, the alternate stack, faults and what returns from them.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count;
static volatile int order[8];
static siginfo_t seen;
static sigjmp_buf back;

static void note(int sig)
{
    order[count++] = sig;
}

static void note_info(int sig, siginfo_t *info, void *context)
{
    seen = *info;
    count++;
}

static void set(int sig, void (*handler)(int), int flags)
{
    struct sigaction act = { .sa_handler = handler, .sa_flags = flags };
    CHECK(!sigaction(sig, &act, NULL));
}

static void set_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction act = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };
    CHECK(!sigaction(sig, &act, NULL));
}

static void registers_survive_a_handler(void)
{
    double d[8];
    set(SIGUSR1, note, 0);
    for (int i = 0; i < 8; i++)
        d[i] = 1.5 * i;
    count = 0;
    raise(SIGUSR1);
    CHECK(count == 1 && order[0] == SIGUSR1);
    for (int i = 0; i < 8; i++)
        CHECK(d[i] == 1.5 * i);
}

static void a_blocked_signal_waits(void)
{
    sigset_t two, old, pending;
    set(SIGUSR1, note, 0);
    set(SIGUSR2, note, 0);
    sigemptyset(&two);
    sigaddset(&two, SIGUSR1);
    sigaddset(&two, SIGUSR2);
    CHECK(!sigprocmask(SIG_BLOCK, &two, &old));
    count = 0;
    kill(getpid(), SIGUSR2);
    kill(getpid(), SIGUSR1);
    CHECK(count == 0);
    CHECK(!sigpending(&pending) && sigismember(&pending, SIGUSR1) == 1);
    CHECK(!sigprocmask(SIG_SETMASK, &old, NULL));
    CHECK(count == 2);
    set(SIGUSR1, SIG_IGN, 0);
    raise(SIGUSR1);
    CHECK(count == 2);
}

static void the_sender_is_told(void)
{
    set_info(SIGUSR1, note_info, 0);
    count = 0;
    kill(getpid(), SIGUSR1);
    CHECK(count == 1 && seen.si_signo == SIGUSR1 && seen.si_code == SI_USER);
    CHECK(seen.si_pid == getpid() && seen.si_uid == getuid());
}

static void jump_back(int sig, siginfo_t *info, void *context)
{
    seen = *info;
    siglongjmp(back, 1);
}

// ESR_EL1 as the frame of a handler has it; 0: no such record.
static unsigned long esr_of(const ucontext_t *u)
{
    const unsigned char *at = (const unsigned char *)u->uc_mcontext.__reserved;
    for (;;) {
        unsigned head[2];
        unsigned long esr;
        memcpy(head, at, sizeof(head));
        memcpy(&esr, at + sizeof(head), sizeof(esr));
        if (!head[0] || head[0] == 0x45535201)   // ESR_MAGIC
            return head[0] ? esr : 0;
        at += head[1];
    }
}

static volatile unsigned long esr;

static void note_esr(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    esr = esr_of(u);
    u->uc_mcontext.pc = esr >> 26 == 0x20 ? u->uc_mcontext.regs[30] : u->uc_mcontext.pc + 4;
}

// The class of the fault, whether it was a store, and why (Arm ARM, ESR_EL1); the level of
// the translation, the lowest two bits, is the kernel's affair.
static void the_frame_says_what_the_fault_was(void)
{
    static int constant;
    char *page = mmap(NULL, 16384, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    volatile int *wild = (volatile int *)64, *read_only = (volatile int *)page;
    set_info(SIGSEGV, note_esr, 0);
    esr = 1;
    constant = *wild;
    if (under_qemu() && !esr)
        return;
    CHECK((esr & ~3ul) == 0x92000004);
    *wild = constant;
    CHECK((esr & ~3ul) == 0x92000044);
    *read_only = 1;
    CHECK((esr & ~3ul) == 0x9200004c);
    ((void (*)(void))page)();
    CHECK((esr & ~3ul) == 0x8200000c);
    CHECK(!munmap(page, 16384));
}

static void a_wild_pointer_is_caught(void)
{
    set_info(SIGSEGV, jump_back, 0);
    if (!sigsetjmp(back, 1))
        *(volatile int *)0x1230 = 1;
    CHECK(seen.si_signo == SIGSEGV && seen.si_code == SEGV_MAPERR &&
          seen.si_addr == (void *)0x1230);
    char *page = mmap(NULL, 16384, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!sigsetjmp(back, 1))
        page[5] = 1;
    CHECK(seen.si_code == SEGV_ACCERR && seen.si_addr == page + 5);
    void (*volatile nowhere)(void) = (void (*)(void))page;
    if (!sigsetjmp(back, 1))
        nowhere();
    CHECK(seen.si_code == SEGV_ACCERR && seen.si_addr == page);
    set_info(SIGILL, jump_back, 0);
    if (!sigsetjmp(back, 1))
        __asm__ volatile(".inst 0x00000000");
    CHECK(seen.si_signo == SIGILL);
    set_info(SIGTRAP, jump_back, 0);
    if (!sigsetjmp(back, 1))
        __asm__ volatile("brk #0");
    CHECK(seen.si_signo == SIGTRAP && seen.si_code == TRAP_BRKPT);
}

// The handler changes pc and a register of the interrupted code.
static void step_over(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    uc->uc_mcontext.pc += 4;
    uc->uc_mcontext.regs[0] = 0x1234;
}

static void a_handler_can_change_what_it_returns_to(void)
{
    register long x0 __asm__("x0") = 0x40;
    set_info(SIGSEGV, step_over, 0);
    __asm__ volatile("ldr x0, [x0]" : "+r"(x0) : : "memory");
    CHECK(x0 == 0x1234);
}

static void step_over_only(int sig, siginfo_t *info, void *context)
{
    ((ucontext_t *)context)->uc_mcontext.pc += 4;
}

// What stands in x0 then looks like an error of rt_sigreturn, but is not one.
static void any_value_survives_a_return(void)
{
    set_info(SIGTRAP, step_over_only, 0);
    for (long n = -4200; n <= 4200; n++) {
        register long x0 __asm__("x0") = n;
        __asm__ volatile("brk #1" : "+r"(x0) : : "memory");
        CHECK(x0 == n);
    }
}

static char *volatile handler_stack;

static void note_stack(int sig)
{
    char here;
    handler_stack = &here;
    stack_t now;
    CHECK(!sigaltstack(NULL, &now) && now.ss_flags == SS_ONSTACK);
}

static void the_alternate_stack_is_used(void)
{
    static char memory[65536];
    stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) }, old;
    CHECK(!sigaltstack(&stack, &old) && old.ss_flags == SS_DISABLE);
    set(SIGUSR1, note_stack, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK(handler_stack > memory && handler_stack < memory + sizeof(memory));
    stack.ss_flags = SS_DISABLE;
    CHECK(!sigaltstack(&stack, NULL));
}

static int deepest(int n)
{
    volatile char frame[4096];
    frame[0] = n;
    return deepest(n + 1) + frame[0];
}

static void a_stack_overflow_is_caught_on_the_alternate_stack(void)
{
    static char memory[65536];
    stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };
    CHECK(!sigaltstack(&stack, NULL));
    set_info(SIGSEGV, jump_back, SA_ONSTACK);
    if (!sigsetjmp(back, 1))
        deepest(0);
    CHECK(seen.si_signo == SIGSEGV);
}

static void flags_of_actions_hold(void)
{
    struct sigaction act;
    set(SIGUSR1, note, SA_RESETHAND);
    count = 0;
    raise(SIGUSR1);
    CHECK(count == 1);
    CHECK(!sigaction(SIGUSR1, NULL, &act) && act.sa_handler == SIG_DFL);
    CHECK(sigaction(SIGKILL, &(struct sigaction){ .sa_handler = note }, NULL) && errno == EINVAL);
}

static void a_suspended_process_takes_what_is_pending(void)
{
    sigset_t one, none;
    sigemptyset(&none);
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    set(SIGUSR1, note, 0);
    CHECK(!sigprocmask(SIG_BLOCK, &one, NULL));
    count = 0;
    raise(SIGUSR1);
    CHECK(count == 0);
    CHECK(sigsuspend(&none) == -1 && errno == EINTR && count == 1);
    raise(SIGUSR1);
    CHECK(count == 1);   // the mask is the old one again
    int sig = 0;
    CHECK(!sigwait(&one, &sig) && sig == SIGUSR1);
    CHECK(!sigprocmask(SIG_UNBLOCK, &one, NULL) && count == 1);
}

static void a_pipe_without_reader_signals(void)
{
    int fd[2];
    CHECK(!pipe(fd));
    close(fd[0]);
    set(SIGPIPE, note, 0);
    count = 0;
    CHECK(write(fd[1], "x", 1) == -1 && errno == EPIPE && count == 1);
}

// Ordinary signals come, however many others are pending.
static void a_full_queue_refuses_only_what_is_queued(void)
{
    sigset_t both;
    siginfo_t info;
    const struct timespec none = { 0, 0 };
    sigemptyset(&both);
    sigaddset(&both, SIGRTMIN);
    sigaddset(&both, SIGUSR1);
    CHECK(!sigprocmask(SIG_BLOCK, &both, NULL));
    int n = 0;
    while (n < 1 << 20 && !sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = n }))
        n++;
    CHECK(n < 1 << 20 && errno == EAGAIN);
    CHECK(!kill(getpid(), SIGUSR1) && !kill(getpid(), SIGUSR1));
    CHECK(sigtimedwait(&both, &info, &none) == SIGUSR1 && info.si_code == SI_USER);
    for (int i = 0; i < n; i++)
        CHECK(sigtimedwait(&both, &info, &none) == SIGRTMIN && info.si_int == i);
    CHECK(sigtimedwait(&both, &info, &none) == -1 && errno == EAGAIN);
    CHECK(!sigprocmask(SIG_UNBLOCK, &both, NULL));
}

static volatile sig_atomic_t came;

static void comes(int sig)
{
    came = sig;
}

// Says that it waits for a `sig` from outside, and handles that.
static void handle_one(int sig)
{
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, sig);
    CHECK(!sigprocmask(SIG_BLOCK, &set, &before));
    signal(sig, comes);
    CHECK(write(1, "waits\n", 6) == 6);
    CHECK(sigsuspend(&before) == -1 && came == sig);
    CHECK(!sigprocmask(SIG_SETMASK, &before, NULL));
}

int main(int argc, char **argv)
{
    if (argc > 2)
        handle_one(atoi(argv[1]));
    if (argc > 1) {   // end by this signal
        signal(atoi(argv[1]), SIG_DFL);
        raise(atoi(argv[1]));
        return 0;
    }
    registers_survive_a_handler();
    a_blocked_signal_waits();
    the_sender_is_told();
    a_wild_pointer_is_caught();
    the_frame_says_what_the_fault_was();
    a_handler_can_change_what_it_returns_to();
    any_value_survives_a_return();
    the_alternate_stack_is_used();
    a_stack_overflow_is_caught_on_the_alternate_stack();
    flags_of_actions_hold();
    a_suspended_process_takes_what_is_pending();
    a_pipe_without_reader_signals();
    if (!under_qemu())
        a_full_queue_refuses_only_what_is_queued();
    puts("signals ok");
    return 0;
}
