// The same sum by a loop.
#include <stdio.h>

enum { DEPTH = 400, TURNS = 400 };

static __attribute__((noinline)) unsigned sum_to(unsigned n)
{
    unsigned sum = 0;
    for (; n; n--) {
        sum += n;
        __asm__("" : "+r"(sum));
    }
    return sum;
}

int main(void)
{
    unsigned sum = 0;
    for (int turn = 0; turn < TURNS; turn++)
        sum += sum_to(DEPTH);
    printf("%u\n", sum);
}
