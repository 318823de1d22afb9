// Calls of every shape, each of a function of its own that works for a while: what profiles are tried with.
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

static volatile unsigned long sink;

#define NOINLINE __attribute__((noinline, noclone))

static inline __attribute__((always_inline)) void innermost(int n)
{
    for (int k = 0; k < n; k++)
        sink = sink * 3 + 1;
}

static inline __attribute__((always_inline)) void middle(int n)
{
    innermost(n);
    sink++;
}

NOINLINE static void holds_inlined(void)
{
    middle(200);
    innermost(100);
}

NOINLINE static int recursive(int n)
{
    sink += (unsigned long)n;
    return n < 2 ? n : recursive(n - 1) + recursive(n - 2);
}

NOINLINE static void tail_target(int n)
{
    for (int k = 0; k < n; k++)
        sink += 5;
}

NOINLINE static void tail_caller(int n)
{
    sink++;
    tail_target(n + 1);
}

static jmp_buf back;

NOINLINE static void jumps_out(int n)
{
    for (int k = 0; k < n; k++)
        sink += 7;
    longjmp(back, 1);
}

NOINLINE static void between(int n)
{
    jumps_out(n);
    sink++;
}

NOINLINE static void catches(void)
{
    if (!setjmp(back))
        between(150);
    holds_inlined();
}

static void on_signal(int sig)
{
    for (int k = 0; k < 120; k++)
        sink += (unsigned long)sig;
}

NOINLINE static void raises(void)
{
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    sink++;
}

NOINLINE static void work_of_thread(int n)
{
    for (int k = 0; k < n; k++)
        sink += 11;
}

static void *begin_first(void *arg)
{
    work_of_thread(400);
    return arg;
}

static void *begin_second(void *arg)
{
    work_of_thread(300);
    return arg;
}

static ucontext_t outside, inside;

NOINLINE static void work_of_coroutine(int n)
{
    for (int k = 0; k < n; k++)
        sink += 13;
}

static void coroutine(void)
{
    work_of_coroutine(90);
    swapcontext(&inside, &outside);
    work_of_coroutine(60);
}

NOINLINE static void switches(void)
{
    static char stack[1 << 16];
    getcontext(&inside);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = sizeof(stack);
    inside.uc_link = &outside;
    makecontext(&inside, coroutine, 0);
    swapcontext(&outside, &inside);
    holds_inlined();
    swapcontext(&outside, &inside);
}

int main(void)
{
    pthread_t first, second;
    holds_inlined();
    recursive(9);
    tail_caller(250);
    catches();
    raises();
    pthread_create(&first, NULL, begin_first, NULL);
    pthread_create(&second, NULL, begin_second, NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    switches();
    return 0;
}
