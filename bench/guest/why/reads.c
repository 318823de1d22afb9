// Reads what it could have kept: more loads than the core has ports for.
#include <stdio.h>

enum { TURNS = 80000, N = 16 };

static volatile long number[N];

int main(void)
{
    for (int turn = 0; turn < TURNS; turn++)
#pragma GCC unroll 16
        for (int k = 0; k < N; k++)
            number[k]; // slow
    printf("%ld\n", number[0]);
}
