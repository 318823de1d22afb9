// The same counter in a register, stored at the end.
#include <stdio.h>

enum { STEPS = 300000 };

static long counter;

int main(void)
{
    long local = counter;
    for (int step = 0; step < STEPS; step++) {
        local += step;
        __asm__ volatile("" : "+r"(local));
    }
    counter = local;
    printf("%ld\n", counter);
}
