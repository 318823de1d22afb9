// The barrier behind the loop.
#include <stdio.h>

enum { TURNS = 20000 };

int main(void)
{
    long x = 0;
    for (int turn = 0; turn < TURNS; turn++) {
        x += turn;
        __asm__ volatile("" : "+r"(x));
    }
    __asm__ volatile("isb");
    printf("%ld\n", x);
}
