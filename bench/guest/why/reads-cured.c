// Reads each once.
#include <stdio.h>

enum { TURNS = 80000, N = 16 };

static volatile long number[N];

int main(void)
{
    long kept[N];
    for (int k = 0; k < N; k++)
        kept[k] = number[k];
    for (int turn = 0; turn < TURNS; turn++)
#pragma GCC unroll 16
        for (int k = 0; k < N; k++)
            __asm__ volatile("" ::"r"(kept[k]));
    printf("%ld\n", number[0]);
}
