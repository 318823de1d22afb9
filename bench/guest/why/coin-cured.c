// The same count without a branch.
#include <stdint.h>
#include <stdio.h>

enum { STEPS = 200000 };

int main(void)
{
    uint64_t state = 1;
    unsigned heads = 0;
    for (int step = 0; step < STEPS; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        heads += (unsigned)(state >> 63);
    }
    printf("%u\n", heads);
}
