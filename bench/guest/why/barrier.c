// A barrier in a loop: fetch waits until it has retired.
#include <stdio.h>

enum { TURNS = 20000 };

int main(void)
{
    long x = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        x += turn;
        __asm__ volatile("isb" : "+r"(x)); // slow
    }
    printf("%ld\n", x);
}
