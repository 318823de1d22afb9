#include <math.h>
#include <stdlib.h>

#include "base/oom.h"
#include "fit/loop.h"
#include "fit/probe.h"

enum { LINE = 64, PAGE = 16384, CODE_ALIGN = 4096 };

// A place on the axis: there is no loop of nothing.
static u32 whole(double x)
{
    return x < 1 ? 1 : (u32)x;
}

static u64 next_random(u64 *state)
{
    u64 z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    return z ^ z >> 31;
}

// Links n places `step` apart (+ `turn` more each time, within a page) into one random cycle.
// The pointer lies `inside` its place and points to the next pointer, or `back` before it; it is
// shifted right by `shift`.
static void link_cycle(struct lab *lab, u32 n, u64 step, u64 turn, u64 inside, u64 back, u32 shift)
{
    u32 *order = malloc(n * sizeof(*order));
    u64 seed = 7;
    if (!order)
        out_of_memory();
    for (u32 k = 0; k < n; k++)
        order[k] = k;
    for (u32 k = n - 1; k > 0; k--) {
        u32 j = (u32)(next_random(&seed) % (k + 1)), t = order[k];
        order[k] = order[j];
        order[j] = t;
    }
#define PLACE(k) (LAB_DATA + (k) * step + (k) * turn % PAGE + inside)
    for (u32 k = 0; k < n; k++)
        lab_data(lab, PLACE(order[k]), (PLACE(order[(k + 1) % n]) - back) >> shift);
    free(order);
#undef PLACE
}

// Follows the cycle with `word`; at least once around before the measurement, and then until
// the model has done what it was given: it may be 16384 records behind.
static double chase(struct lab *lab, u32 n, u32 word, u64 start)
{
    enum { UNROLL = 16, BEHIND = 1024 };
    struct loop c = loop_begin(lab, CODE_ALIGN);
    loop_repeat(&c, word, UNROLL);
    c.run.x[0] = start;
    u32 round = (n + UNROLL - 1) / UNROLL;
    return loop_run(&c, round + (round < 64 ? 64 : BEHIND), round < 64 ? 64 : round) / UNROLL;
}

double probe_chase_lines(struct lab *lab, double x, u32 arg)
{
    u32 n = whole(x * 1024 / LINE);
    link_cycle(lab, n, LINE, 0, 0, 0, 0);
    return chase(lab, n, a64_ldr(0, 0, 0), LAB_DATA);
}

double probe_chase_pages(struct lab *lab, double x, u32 arg)
{
    u32 n = whole(x);
    link_cycle(lab, n, PAGE, LINE, 0, 0, 0);
    return chase(lab, n, a64_ldr(0, 0, 0), LAB_DATA);
}

double probe_pairs(struct lab *lab, double x, u32 arg)
{
    u32 n = whole(x);
    struct loop c = loop_begin(lab, CODE_ALIGN);
    for (u32 k = 0; k < n; k++) {
        loop_emit(&c, arg == PAIR_ADDRESS ? a64_str(2, 1, 0) : a64_str(3, 1, 0));
        loop_emit(&c, arg == PAIR_ADDRESS ? a64_ldr(1, 2, 0)
                      : arg == PAIR_DATA  ? a64_ldr(3, 2, 0)
                                          : a64_ldr(4, 2, 0));
    }
    c.run.x[1] = c.run.x[2] = LAB_DATA;
    u32 times = 40 + 800 / (n ? n : 1);
    return loop_run(&c, times, times) / n;
}

double probe_mix(struct lab *lab, double x, u32 arg)
{
    enum { GROUPS = 32, LDR_Q = 0x3dc000c0, STR_Q = 0x3d8000c0 };   // q0, [x6]
    struct loop c = loop_begin(lab, 64);
    u32 stores = arg % MIX_LOADS, loads = arg / MIX_LOADS, at = 0;
    for (u32 k = 0; k < GROUPS; k++) {
        for (u32 j = 0; j < loads; j++, at++)
            loop_emit(&c, LDR_Q | at % 64 << 10 | at % 16);
        for (u32 j = 0; j < stores; j++, at++)
            loop_emit(&c, STR_Q | at % 64 << 10 | 20);
    }
    c.run.x[6] = LAB_DATA;
    return GROUPS / loop_run(&c, 20, 40);
}

double probe_scan(struct lab *lab, double x, u32 arg)
{
    enum { LDP_Q = 0xacc10420, ADD = 0x4ea08400, UNROLL = 8 };   // ldp q0, q1, [x1], #32
    struct loop c = loop_begin(lab, 64);
    for (u32 k = 0; k < UNROLL; k++) {
        u32 q = 2 * k % 8;
        loop_emit(&c, LDP_Q | (q + 1) << 10 | q);
        loop_emit(&c, ADD | q << 16 | (16 + q) << 5 | (16 + q));
        loop_emit(&c, ADD | (q + 1) << 16 | (17 + q) << 5 | (17 + q));
    }
    c.run.x[1] = LAB_DATA;
    u32 all = 24 << 20, each = 32 * UNROLL;
    return each / loop_run(&c, all / 3 / each, all / 3 * 2 / each);
}

// Chains through lines of 16 KiB in random order, so that no address can be foreseen.
double probe_load_use(struct lab *lab, double x, u32 arg)
{
    enum {
        N = 128,
        LDR_INDEX = 0xf8616800,
        LDP = 0xa9400400,
        LDP_SECOND = 0xa9400001,
        LDR_SHIFTED = 0xf8607820   // ldr x0, [x1, x0, lsl #3]
    };
    bool shifted = arg == USE_SHIFTED;
    u64 back = arg == USE_SECOND || arg == USE_OFFSET ? 8 : 0;
    u64 inside = arg == USE_CROSS_8 ? 4 : arg == USE_CROSS_64 ? 60 : back;
    link_cycle(lab, N, LINE, 0, inside, shifted ? LAB_DATA : back, shifted ? 3 : 0);
    u64 start = LAB_DATA + inside - back;
    switch (arg) {
    case USE_OFFSET: return chase(lab, N, a64_ldr(0, 0, 8), start);
    case USE_INDEX: return chase(lab, N, LDR_INDEX, start);
    case USE_FIRST: return chase(lab, N, LDP, start);
    case USE_SECOND: return chase(lab, N, LDP_SECOND, start);
    default: break;
    }
    if (arg != USE_ALU && !shifted)
        return chase(lab, N, a64_ldr(0, 0, 0), start);
    struct loop c = loop_begin(lab, CODE_ALIGN);
    for (u32 k = 0; k < 16; k++) {
        loop_emit(&c, shifted ? LDR_SHIFTED : a64_ldr(0, 0, 0));
        if (arg == USE_ALU)
            loop_emit(&c, a64_add_imm(0, 0, 0));
    }
    c.run.x[0] = shifted ? 0 : start;
    c.run.x[1] = LAB_DATA;
    return loop_run(&c, 64, 64) / 16 - (arg == USE_ALU);
}

double probe_forward(struct lab *lab, double x, u32 arg)
{
    enum { N = 16, STR_W = 0xb9000020, STR_W_4 = 0xb9000420, LDR_W_4 = 0xb9400420 };   // w0, [x1]
    struct loop c = loop_begin(lab, 64);
    for (u32 k = 0; k < N; k++) {
        loop_emit(&c, arg == FORWARD_PART ? a64_str(0, 1, 0) : STR_W);
        if (arg != FORWARD_PART)
            loop_emit(&c, STR_W_4);
        loop_emit(&c, arg == FORWARD_PART ? LDR_W_4 : a64_ldr(0, 1, 0));
    }
    c.run.x[1] = LAB_DATA + 128 + (arg == FORWARD_LINE ? 60 : 0);
    double t = loop_run(&c, 100, 60) / N;
    return arg == FORWARD_TWO ? t - probe_forward(lab, 0, FORWARD_PART) : t;
}
