// Much code that runs once: each line of it comes from memory.
#include <stdio.h>

static __attribute__((noipa)) unsigned long body(unsigned long x)
{
    __asm__(".rept 20000\n" // slow
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
