// Recursion deeper than the return address stack: returns are predicted wrong.
#include <stdio.h>

enum { DEPTH = 400, TURNS = 400 };

static __attribute__((noinline)) unsigned sum_to(unsigned n)
{
    if (!n)
        return 0;
    unsigned below = sum_to(n - 1);
    __asm__("" : "+r"(below)); // or the compiler makes a loop of it
    return below + n;
} // slow

int main(void)
{
    unsigned sum = 0;
    for (int turn = 0; turn < TURNS; turn++)
        sum += sum_to(DEPTH);
    printf("%u\n", sum);
}
