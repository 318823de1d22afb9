// Two stores of 8 bytes, then a load of the 16: it waits until both are put together.
#include <stdio.h>

enum { STEPS = 80000 };

typedef double doubles __attribute__((vector_size(16)));

int main(void)
{
    static double pair[2] __attribute__((aligned(16)));
    double a = 1, b = 2;
    for (int step = 0; step < STEPS; step++) {
        pair[0] = b;
        pair[1] = a;
        __asm__ volatile("" ::: "memory");
        doubles both = *(volatile doubles *)pair; // slow
        a = both[0];
        b = both[1];
    }
    printf("%g %g\n", a, b);
}
