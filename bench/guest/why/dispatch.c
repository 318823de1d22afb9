// Objects of random kinds, each handled by a call through a pointer: its target is predicted wrong.
#include <stdint.h>
#include <stdio.h>

enum { STEPS = 60000, KINDS = 8 };

#define HANDLER(n) \
    static __attribute__((noinline)) unsigned handle##n(unsigned sum) \
    { \
        return sum + n * n + 1; \
    }
HANDLER(0)
HANDLER(1)
HANDLER(2)
HANDLER(3)
HANDLER(4)
HANDLER(5)
HANDLER(6)
HANDLER(7)

static unsigned (*const handle[KINDS])(unsigned) = { handle0, handle1, handle2, handle3,
                                                     handle4, handle5, handle6, handle7 };

int main(void)
{
    uint64_t state = 1;
    unsigned sum = 0;
    for (int step = 0; step < STEPS; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sum = handle[state >> 61](sum);   // slow
    }
    printf("%u\n", sum);
}
