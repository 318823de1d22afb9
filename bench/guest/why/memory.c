// A counter in memory: each addition waits for the store of the one before.
#include <stdio.h>

enum { STEPS = 300000 };

static long counter;

int main(void)
{
    for (int step = 0; step < STEPS; step++) {
        counter += step; // slow
        __asm__ volatile("" ::: "memory");
    }
    printf("%ld\n", counter);
}
