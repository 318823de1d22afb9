// The same work by a loop of 400 instructions.
#include <stdio.h>

enum { TURNS = 20 };

static __attribute__((noinline)) unsigned long body(unsigned long x)
{
    for (int k = 0; k < 200; k++)
        __asm__ volatile(".rept 100\n"
                         "add %0, %0, #1\n"
                         "eor x9, x10, x11\n"
                         "eor x12, x10, x13\n"
                         "eor x14, x10, x15\n"
                         ".endr"
                         : "+r"(x)
                         :
                         : "x9", "x12", "x14");
    return x;
}

int main(void)
{
    unsigned long x = 0;
    for (int turn = 0; turn < TURNS; turn++)
        x = body(x);
    printf("%lu\n", x);
}
