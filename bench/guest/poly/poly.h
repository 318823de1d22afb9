// poly.h: what the linear-algebra kernels share. Each exists for the DATA it is compiled with
// (int32_t, float or double), in the manner of PolyBench: fixed sizes, data made from indices, one
// checksum of the result.
//
// With -DBARE the program has no C library: it makes its data, runs the kernel, and exits with 0 if
// the checksum is BARE_SUM. That is the form in which the measured ones (measured/kernels.csv) were
// run. It does so BARE_TIMES times: what a run of microseconds takes was measured over many.
#ifndef DATA
#define DATA double
#endif

#ifdef BARE
#include <stdint.h>

int main(void);
void _start(void);

#ifndef BARE_TIMES
#define BARE_TIMES 1
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

// bench/native calls main, under another name.
#ifndef BARE_CALLED
// x29 and x30 are 0 as the ABI asks of a process; exit is system call 93.
__asm__(".globl _start\n_start:\n mov x29, #0\n mov x30, #0\n mov x19, #" TEXT(
    BARE_TIMES) "\n"
                "1: bl main\n sub x19, x19, #1\n cbnz w0, 2f\n cbnz x19, 1b\n"
                "2: mov x8, #93\n svc #0\n");
#endif
#else
#include "../kernels/check.h"

// True when DATA holds fractions.
#define FRACTIONS ((DATA)0.5 != 0)

// How far two ways to the same number may be apart, relative to a magnitude of 1.
#define SLACK (!FRACTIONS ? 0 : sizeof(DATA) == 4 ? 1e-4 : 1e-12)

// The distance of two numbers, relative to the greater. Not inlined: the vectoriser of gcc 12.2 ends with an internal
// error on some loops that take the maximum of it.
static __attribute__((noinline, unused)) double gap(DATA got, DATA want)
{
    double off = fabs((double)got - (double)want),
           size = fmax(fabs((double)got), fabs((double)want));
    return off == 0 ? 0 : off / (FRACTIONS ? fmax(size, 1) : 1);
}
#endif
