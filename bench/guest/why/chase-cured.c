// The same numbers side by side in an array, which nobody has to follow.
#include <stdio.h>

enum { NODES = 1 << 18, STEPS = 100000 };

long value[NODES];

int main(void)
{
    long sum = 0;
    for (int step = 0; step < STEPS; step++)
        sum += value[step % NODES];
    printf("%ld\n", sum);
}
