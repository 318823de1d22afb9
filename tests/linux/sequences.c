// Restartable sequences: aborted by a signal and by another thread's turn. With an argument
// they must be there; without, a kernel may refuse them.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static volatile int handled;

static struct rseq *area(void)
{
    return (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

// Turns in a sequence that only an abort ends; 1 from the abort handler, 2 otherwise.
static __attribute__((noinline)) int until_abort(struct rseq *r)
{
    int how;
    __asm__ volatile(".pushsection .data\n"
                     ".balign 32\n"
                     "3: .word 0, 0\n"
                     ".quad 1f, 2f - 1f, 4f\n"
                     ".popsection\n"
                     "adrp x9, 3b\n"
                     "add x9, x9, :lo12:3b\n"
                     "str x9, [%1, #8]\n"
                     "1: b 1b\n"
                     "2: mov %w0, #2\n"
                     "b 5f\n"
                     ".inst 0xd428bc00\n"   // RSEQ_SIG
                     "4: mov %w0, #1\n"
                     "5:\n"
                     : "=r"(how)
                     : "r"(r)
                     : "x9", "memory");
    return how;
}

// The same with a wrong signature before the abort handler.
static __attribute__((noinline)) int until_killed(struct rseq *r)
{
    __asm__ volatile(".pushsection .data\n"
                     ".balign 32\n"
                     "3: .word 0, 0\n"
                     ".quad 1f, 2f - 1f, 4f\n"
                     ".popsection\n"
                     "adrp x9, 3b\n"
                     "add x9, x9, :lo12:3b\n"
                     "str x9, [%0, #8]\n"
                     "1: b 1b\n"
                     "2: nop\n"
                     "4: nop\n" ::"r"(r)
                     : "x9", "memory");
    return 0;
}

static void note(int sig)
{
    handled++;
}

static void alarm_soon(void)
{
    struct itimerval soon = { .it_value.tv_usec = 2000 };
    CHECK(signal(SIGALRM, note) != SIG_ERR && !setitimer(ITIMER_REAL, &soon, NULL));
}

static void a_signal_aborts(void)
{
    alarm_soon();
    CHECK(until_abort(area()) == 1 && handled == 1 && !area()->rseq_cs);
}

static volatile int over;

static void *turns(void *arg)
{
    while (!over)
        ;
    return arg;
}

static void another_threads_turn_aborts(void)
{
    pthread_t t;
    CHECK(!pthread_create(&t, NULL, turns, NULL));
    CHECK(until_abort(area()) == 1 && handled == 1);
    over = 1;
    CHECK(!pthread_join(t, NULL));
}

static void a_wrong_signature_kills(void)
{
    int status;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (!pid) {
        alarm_soon();
        _exit(until_killed(area()));
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

static void registering_is_checked(void)
{
    struct rseq *r = area();
    CHECK(r->cpu_id == 0 && r->cpu_id_start == 0);
    CHECK(syscall(SYS_rseq, r, 32, 0, RSEQ_SIG) == -1 && errno == EBUSY);
    CHECK(syscall(SYS_rseq, r, 64, 0, RSEQ_SIG) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, r, 32, 0, 1) == -1 && errno == EPERM);
    CHECK(syscall(SYS_rseq, r, 32, 1, 1) == -1 && errno == EPERM);
    CHECK(syscall(SYS_rseq, r, 32, 1, RSEQ_SIG) == 0 && r->cpu_id == (unsigned)-1);
    CHECK(syscall(SYS_rseq, r, 32, 1, RSEQ_SIG) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, (char *)r + 8, 32, 0, RSEQ_SIG) == -1 && errno == EINVAL);
    CHECK(syscall(SYS_rseq, r, 32, 0, RSEQ_SIG) == 0 && r->cpu_id == 0);
}

int main(int argc, char **argv)
{
    if (!__rseq_size) {
        CHECK(argc == 1);
        CHECK(syscall(SYS_rseq, 0, 32, 0, RSEQ_SIG) == -1 && errno == ENOSYS);
        puts("sequences refused");
        return 0;
    }
    a_signal_aborts();
    another_threads_turn_aborts();
    registering_is_checked();
    a_wrong_signature_kills();
    puts("sequences ok");
    return 0;
}
