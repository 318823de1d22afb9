#include "fit/loop.h"
#include "fit/probe.h"

enum { FSQRT = 0x1e61c000, UDIV_X0 = 0x9ac10800, WARM = 24, TIMES = 24 };

static void fill(struct loop *c, u32 n, u32 what)
{
    static const u32 words[] = {
        [FILL_NOP] = A64_NOP,
        [FILL_LOAD] = 0xf9400064,   // ldr x4, [x3]
        [FILL_ADD] = 0x8b080109,    // add x9, x8, x8, and on to x16
        [FILL_CMP] = 0xf100013f,    // cmp x9, #0
        [FILL_MOV] = 0xd2800009,    // mov x9, #0
        [FILL_FADD] = 0x1e3f2bd0,   // fadd s16, s30, s31, and on to s23
    };
    for (u32 k = 0; k < n; k++)
        loop_emit(c, words[what] + (what == FILL_ADD || what == FILL_FADD ? k % 8 : 0));
    c->run.x[3] = LAB_DATA;
}

double probe_sqrt_window(struct lab *lab, double x, u32 arg)
{
    struct loop c = loop_begin(lab, 64);
    loop_repeat(&c, FSQRT, arg / 256);
    fill(&c, (u32)x, arg % 256);
    return loop_run(&c, WARM, TIMES);
}

// Dependent square roots of d0, fillers, of d1, fillers. Flags are held by long divisions
// instead, since a compare's result waits for nothing else.
double probe_register_file(struct lab *lab, double x, u32 arg)
{
    struct loop c = loop_begin(lab, 64);
    for (u32 k = 0; k < 2; k++) {
        if (arg == FILL_CMP)
            loop_repeat(&c, UDIV_X0 | k << 5 | k, 20);   // x0 or x1 by x1
        else
            loop_repeat(&c, FSQRT | k << 5 | k, 10);
        fill(&c, (u32)x, arg);
    }
    c.run.x[1] = c.run.x[0] = 1;
    return loop_run(&c, WARM, TIMES);
}
