// The same work by a loop.
#include <stdio.h>

static __attribute__((noipa)) unsigned long body(unsigned long x)
{
    for (int k = 0; k < 200; k++)
        __asm__ volatile(".rept 100\n"
                         "add %0, %0, #1\n"
                         "eor x9, x10, x11\n"
                         ".endr"
                         : "+r"(x)
                         :
                         : "x9");
    return x;
}

int main(void)
{
    printf("%lu\n", body(0));
}
