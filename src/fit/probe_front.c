#include <math.h>

#include "fit/loop.h"
#include "fit/probe.h"

enum { PAGE = 16384 };

// A place on the axis: there is no loop of nothing.
static u32 whole(double x)
{
    return x < 1 ? 1 : (u32)x;
}

// Iterations such that about `instructions` of `each` run, 2 at least.
static u32 times(double instructions, double each)
{
    double n = instructions / each;
    return n < 2 ? 2 : (u32)n;
}

double probe_taken_branches(struct lab *lab, double x, u32 arg)
{
    u32 n = whole(x);
    struct loop c = loop_begin(lab, PAGE);
    for (u32 k = 1; k < n; k++) {
        loop_emit(&c, a64_b(arg / 4));
        loop_repeat(&c, A64_NOP, arg / 4 - 1);
    }
    return loop_run(&c, times(6000, n), times(12000, n)) / n;
}

double probe_nop_loop(struct lab *lab, double x, u32 arg)
{
    struct loop c = loop_begin(lab, PAGE);
    loop_repeat(&c, A64_NOP, whole(x) - 1);
    return loop_run(&c, times(3000, whole(x)), times(4000, whole(x)));
}

double probe_nop_footprint(struct lab *lab, double x, u32 arg)
{
    double n = x * 256;
    return n / probe_nop_loop(lab, n, arg);
}

double probe_branch_pages(struct lab *lab, double x, u32 arg)
{
    u32 n = whole(x);
    struct loop c = loop_begin(lab, PAGE);
    for (u32 k = 1; k < n; k++) {   // each in another line of its page
        vaddr next = c.head + k * PAGE + k * 64 % PAGE;
        loop_emit(&c, a64_b(loop_distance(&c, next)));
        c.at = next;
    }
    return loop_run(&c, times(3000, n), times(6000, n)) / n;
}

// A function calls the next and returns; the innermost only returns. The loop calls the first of them.
double probe_calls(struct lab *lab, double x, u32 arg)
{
    enum { SAVE = 0xf81f0ffe, RESTORE = 0xf84107fe, RET = 0xd65f03c0, BL = 0x94000000 };
    u32 n = whole(x);
    struct loop c = loop_begin(lab, PAGE);
    for (u32 k = 1; k <= n; k++) {
        if (k < n) {
            loop_emit(&c, SAVE);
            loop_emit(&c, BL | 3);
            loop_emit(&c, RESTORE);
        }
        loop_emit(&c, RET);
    }
    vaddr first = c.head;
    c.at = (c.at + 63) & ~63ull;
    c.head = c.run.start = c.at;
    loop_emit(&c, BL | ((u32)loop_distance(&c, first) & 0x3ffffff));
    return loop_run(&c, times(2000, n), times(4000, n)) / n;
}

static u64 random_at(u64 k)
{
    u64 z = (k + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    return z ^ z >> 27;
}

// A branch by a random bit, x - 1 taken branches, and a branch by the same bit: while the
// first is in the history, the second is predicted. Both return to one path at once. For the
// history of targets the first is taken or not; for that of branches the one or the other of
// two neighbours goes to the same place.
double probe_history(struct lab *lab, double x, u32 arg)
{
    enum { BYTES = 16384, LDRB = 0x38401443, TBNZ = 0x37000003 };   // ldrb w3, [x2], #1
    for (u32 k = 0; k < BYTES; k += 8)
        lab_data(lab, LAB_DATA + k, random_at(k) & 0x0101010101010101);
    struct loop c = loop_begin(lab, PAGE);
    loop_emit(&c, LDRB);
    loop_emit(&c, TBNZ | 2 << 5);   // over one instruction
    loop_emit(&c, arg == HISTORY_BRANCHES ? a64_b(1) : A64_NOP);
    for (u32 k = 1; k < x; k++) {
        loop_emit(&c, a64_b(3));
        loop_repeat(&c, A64_NOP, 2);
    }
    loop_emit(&c, TBNZ | 2 << 5);
    loop_emit(&c, arg == HISTORY_BRANCHES ? a64_b(1) : A64_NOP);
    c.run.x[2] = LAB_DATA;
    return loop_run(&c, 6000, 6000) - x;
}

// Branches by the 64 bits of Marsaglia's xorshift64, which never come again, less the same by bits that are 0. The
// state lies in memory, so that another run goes on with it.
double probe_mispredict(struct lab *lab, double x, u32 arg)
{
    enum {
        BITS = 64,
        WRONG = 32,   // of them
        NOW = 3,
        STATE = 6,
        AT = 5,
        EOR_LSL = 0xca000000,
        EOR_LSR = 0xca400000,
        TBNZ = 0x37000040 | NOW,   // over one instruction
    };
    double cycles[2];
    for (u32 random = 0; random < 2; random++) {
        lab_data(lab, LAB_DATA, random ? random_at(0) : 0);
        struct loop c = loop_begin(lab, PAGE);
        loop_emit(&c, a64_ldr(STATE, AT, 0));
        c.head = c.at;
        loop_emit(&c, a64_mov(NOW, STATE));
        loop_emit(&c, a64_rrr(EOR_LSL | 13 << 10, STATE, STATE, STATE));
        loop_emit(&c, a64_rrr(EOR_LSR | 7 << 10, STATE, STATE, STATE));
        loop_emit(&c, a64_rrr(EOR_LSL | 17 << 10, STATE, STATE, STATE));
        loop_emit(&c, a64_str(STATE, AT, 0));
        for (u32 k = 0; k < BITS; k++) {
            loop_emit(&c, TBNZ | k >> 5 << 31 | (k & 31) << 19);
            loop_emit(&c, A64_NOP);
        }
        c.run.x[AT] = LAB_DATA;
        cycles[random] = loop_run(&c, 100, 400);
    }
    return (cycles[1] - cycles[0]) / WRONG;
}
