// The same in a straight line.
#include <stdio.h>

enum { TURNS = 6000 };

int main(void)
{
    unsigned x = 0;
    for (int turn = 0; turn < TURNS; turn++)
        __asm__ volatile(".rept 100\n"
                         "add x9, x10, x11\n"
                         ".endr"
                         : "+r"(x)
                         :
                         : "x9");
    printf("%d\n", x != 1);
}
