// A branch that random data decides: half of the predictions are wrong.
#include <stdint.h>
#include <stdio.h>

enum { STEPS = 200000 };

int main(void)
{
    uint64_t state = 1;
    unsigned heads = 0;
    for (int step = 0; step < STEPS; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (state >> 63) // slow
            __asm__("add %w0, %w0, #1"
                    : "+r"(heads)); // as a compiler leaves a body it cannot see into
    }
    printf("%u\n", heads);
}
