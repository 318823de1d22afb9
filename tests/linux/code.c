// Code that changes, moves and vanishes while it runs, and signals in the middle of it.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "check.h"

enum { PAGE = 65536, RET = 0xd65f03c0, RWX = PROT_READ | PROT_WRITE | PROT_EXEC };

typedef unsigned function(void);

static uint32_t *pages(size_t bytes)
{
    void *p = mmap(NULL, bytes, RWX, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(p != MAP_FAILED);
    return p;
}

static uint32_t mov_w0(unsigned k)
{
    return 0x52800000 | (k & 0xffff) << 5;
}

static void flush(uint32_t *from, size_t words)
{
    __builtin___clear_cache((char *)from, (char *)(from + words));
}

static unsigned call(uint32_t *code)
{
    return ((function *)code)();
}

// -- One thread --

static void rewritten(void)
{
    uint32_t *callee = pages(PAGE), *caller = callee + 64;
    static const uint32_t frame[] = { 0xf81f0ffe, 0x94000000 | (-65 & 0x3ffffff), 0xf84107fe, RET };
    memcpy(caller, frame, sizeof(frame));   // push x30, bl callee, pop x30, ret
    callee[1] = RET;
    flush(caller, 4);
    for (unsigned k = 0; k < 3000; k++) {
        callee[0] = mov_w0(k);
        flush(callee, 2);
        CHECK(call(caller) == k && call(callee) == k);
    }
    munmap(callee, PAGE);
}

// Stores an instruction right behind the barrier that makes it visible.
static void stores_before_itself(void)
{
    static const uint32_t text[] = {
        0x100000c3,   // adr x3, .+24
        0xb9000060,   // str w0, [x3]
        0xd50b7b23,   // dc cvau, x3
        0xd5033b9f,   // dsb ish
        0xd50b7523,   // ic ivau, x3
        0xd5033fdf,   // isb
        0xd503201f,   // changed
        RET,
    };
    uint32_t *code = pages(PAGE);
    memcpy(code, text, sizeof(text));
    flush(code, sizeof(text) / 4);
    unsigned (*f)(unsigned) = (unsigned (*)(unsigned))code;
    for (unsigned k = 1; k < 1000; k++)
        CHECK(f(mov_w0(k)) == k);
    munmap(code, PAGE);
}

static sigjmp_buf away;
static volatile uintptr_t fault_pc, fault_address, fault_x9;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    fault_pc = u->uc_mcontext.pc;
    fault_address = (uintptr_t)info->si_addr;
    fault_x9 = u->uc_mcontext.regs[9];
    siglongjmp(away, 1);
}

static void catch (int sig, void (*f)(int, siginfo_t *, void *))
{
    struct sigaction a = { .sa_sigaction = f, .sa_flags = SA_SIGINFO };
    CHECK(!sigaction(sig, &a, NULL));
}

// A stretch without branches over the end of a page that then may no longer be executed.
static void across_pages(void)
{
    uint32_t *code = pages(2 * PAGE), *start = code + PAGE / 4 - 8, *second = code + PAGE / 4;
    for (unsigned k = 0; k < 16; k++)
        start[k] = 0xd2800009 | (k + 1) << 5;   // mov x9, #k+1
    start[16] = mov_w0(77);
    start[17] = RET;
    flush(start, 18);
    catch (SIGSEGV, on_fault);
    for (int round = 0; round < 50; round++) {
        CHECK(call(start) == 77);
        CHECK(!mprotect(second, PAGE, round & 1 ? PROT_NONE : PROT_READ | PROT_WRITE));
        if (!sigsetjmp(away, 1)) {
            call(start);
            CHECK(!"executed what it may not");
        }
        CHECK(fault_pc == (uintptr_t)second && fault_address == (uintptr_t)second && fault_x9 == 8);
        CHECK(!mprotect(second, PAGE, RWX));
    }
    CHECK(call(start) == 77 && !munmap(second, PAGE));
    if (!sigsetjmp(away, 1)) {
        call(start);
        CHECK(!"executed what is gone");
    }
    CHECK(fault_pc == (uintptr_t)second);
    CHECK(mmap(second, PAGE, RWX, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == second);
    second[8] = mov_w0(78);   // the words before it are zeros: undefined
    for (unsigned k = 0; k < 8; k++)
        second[k] = 0xd503201f;
    second[9] = RET;
    flush(second, 10);
    CHECK(call(start) == 78);
    munmap(code, 2 * PAGE);
}

// -- Signals in a tight loop --

enum { IN_LOOP = 12345 };   // in x13

static volatile int alarms;

static void on_alarm(int sig, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    volatile double d = alarms;
    struct fpsimd_context *f = (struct fpsimd_context *)u->uc_mcontext.__reserved;
    d = d / 3 + 1;
    if (u->uc_mcontext.regs[13] != IN_LOOP)
        return;
    alarms++;
    CHECK(f->head.magic == FPSIMD_MAGIC);
    CHECK(u->uc_mcontext.regs[7] - (uint64_t)f->vregs[17] <= 1);
    u->uc_mcontext.regs[10]++;
    f->vregs[9] += 1;
}

static void signals_in_a_loop(void)
{
    struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { { 0, 0 }, { 0, 0 } };
    uint64_t x10 = 0, v9 = 0, x7 = 0, v17 = 0, odd = 0;
    catch (SIGALRM, on_alarm);
    CHECK(!setitimer(ITIMER_REAL, &often, NULL));
    __asm__ volatile("mov x10, #0\n mov x7, #0\n mov x11, #3\n fmov d9, xzr\n fmov d17, xzr\n"
                     "mov x13, %6\n"
                     "1: adds x11, x11, #0\n"
                     "ccmp x7, x7, #0, ne\n"
                     "cinc %4, %4, ne\n"   // never
                     "add x7, x7, #1\n"
                     "fmov d17, x7\n"
                     "ldr w12, [%5]\n"
                     "cmp w12, #20\n"
                     "b.lt 1b\n"
                     "mov x13, #0\n"
                     "mov %0, x10\n fmov %1, d9\n mov %2, x7\n fmov %3, d17\n"
                     : "=&r"(x10), "=&r"(v9), "=&r"(x7), "=&r"(v17), "+&r"(odd)
                     : "r"(&alarms), "i"(IN_LOOP)
                     : "x7", "x10", "x11", "x12", "x13", "v9", "v17", "cc", "memory");
    CHECK(!setitimer(ITIMER_REAL, &never, NULL));
    CHECK((x10 == v9 || under_qemu()) && x10 >= 20 && x10 == (uint64_t)alarms && x7 == v17 && !odd);
}

// -- Several threads --

static uint32_t *shared;
static volatile unsigned published, seen, over;

static void *caller(void *arg)
{
    while (!over) {
        unsigned at_least = published;
        __asm__ volatile("dmb ish\n isb" ::: "memory");
        unsigned got = call(shared);
        __asm__ volatile("dmb ish" ::: "memory");
        CHECK(got >= at_least && got <= published + 1);
        seen = got;
    }
    return NULL;
}

static void rewritten_by_another(void)
{
    pthread_t t[2];
    shared = pages(PAGE);
    shared[0] = mov_w0(0);
    shared[1] = RET;
    flush(shared, 2);
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_create(&t[k], NULL, caller, NULL));
    for (unsigned k = 1; k < 4000; k++) {
        __atomic_store_n(&shared[0], mov_w0(k), __ATOMIC_RELEASE);
        flush(shared, 1);
        published = k;
        if (k % 256 == 0)   // until somebody has run it
            while (seen != k)
                sched_yield();
    }
    over = 1;
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_join(t[k], NULL));
    munmap(shared, PAGE);
}

static _Thread_local sigjmp_buf out;
static _Thread_local volatile uintptr_t out_pc;

static void leave(int sig, siginfo_t *info, void *context)
{
    out_pc = ((ucontext_t *)context)->uc_mcontext.pc;
    siglongjmp(out, 1);
}

static void *spin(void *arg)
{
    if (!sigsetjmp(out, 1)) {
        seen = 1;
        call(arg);
        CHECK(!"came back");
    }
    CHECK(out_pc == (uintptr_t)arg);
    return NULL;
}

// A loop whose page vanishes or may not be executed any more.
static void taken_away(void)
{
    catch (SIGSEGV, leave);
    for (int round = 0; round < 16; round++) {
        pthread_t t;
        uint32_t *code = pages(PAGE);
        code[0] = 0x14000000;   // b .
        flush(code, 1);
        seen = 0;
        CHECK(!pthread_create(&t, NULL, spin, code));
        while (!seen)
            sched_yield();
        if (round % 4)
            usleep(round * 5);
        CHECK(!(round & 1 ? munmap(code, PAGE) : mprotect(code, PAGE, PROT_READ)));
        CHECK(!pthread_join(t, NULL));
    }
}

static void *hot(void *arg)
{
    volatile uint64_t n = 0;
    while (!over)
        n += call(arg);
    return NULL;
}

// A thread forks while others run; the child runs old code and new.
static void *forker(void *arg)
{
    uint32_t *code = arg;
    for (int k = 0; k < 10; k++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (!child) {
            CHECK(call(code) == 5);
            code[0] = mov_w0(6 + k);
            flush(code, 1);
            CHECK(call(code) == 6 + (unsigned)k);
            uint32_t *own = pages(PAGE);
            own[0] = mov_w0(9);
            own[1] = RET;
            flush(own, 2);
            CHECK(call(own) == 9);
            _exit(3);
        }
        int status;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
        CHECK(call(code) == 5);
    }
    return NULL;
}

static void forks(void)
{
    pthread_t t[2], f;
    uint32_t *code = pages(PAGE);
    code[0] = mov_w0(5);
    code[1] = RET;
    flush(code, 2);
    over = 0;
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_create(&t[k], NULL, hot, code));
    CHECK(!pthread_create(&f, NULL, forker, code) && !pthread_join(f, NULL));
    over = 1;
    for (int k = 0; k < 2; k++)
        CHECK(!pthread_join(t[k], NULL));
}

// New functions for ever: more than a translator can keep. With an argument.
static void *endless(void *arg)
{
    enum { WORDS = 1 << 16 };
    uint32_t *code = pages(4 * WORDS);
    unsigned rounds = *(unsigned *)arg, sum;
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned k = 0; k < WORDS; k += 2) {
            code[k] = mov_w0(k + round);
            code[k + 1] = RET;
        }
        flush(code, WORDS);
        sum = 0;
        for (unsigned k = 0; k < WORDS; k += 2)
            sum += call(code + k) - ((k + round) & 0xffff);
        CHECK(!sum);
    }
    munmap(code, 4 * WORDS);
    return NULL;
}

static void endless_code(unsigned rounds)
{
    pthread_t t[3];
    endless(&rounds);
    for (int k = 0; k < 3; k++)
        CHECK(!pthread_create(&t[k], NULL, endless, &rounds));
    for (int k = 0; k < 3; k++)
        CHECK(!pthread_join(t[k], NULL));
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        endless_code((unsigned)atoi(argv[1]));
        return 0;
    }
    rewritten();
    stores_before_itself();
    across_pages();
    signals_in_a_loop();
    rewritten_by_another();
    if (!under_qemu()) {   // which loses threads whose code goes
        taken_away();
        forks();
    }
    return 0;
}
