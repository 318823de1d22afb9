// The same without memory between them.
#include <stdio.h>

enum { STEPS = 80000 };

typedef double doubles __attribute__((vector_size(16)));

int main(void)
{
    double a = 1, b = 2;
    for (int step = 0; step < STEPS; step++) {
        doubles both = { b, a };
        __asm__ volatile("" : "+w"(both));
        a = both[0];
        b = both[1];
    }
    printf("%g %g\n", a, b);
}
