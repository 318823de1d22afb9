// Counts in a table of 64 MiB at places that a hash gives: no load waits for another, but nobody
// can know the next place.
#include <stdint.h>
#include <stdio.h>

enum { WORDS = 1 << 23, STEPS = 100000 };

uint64_t table[WORDS];

int main(void)
{
    uint64_t state = 1, found = 0;
    for (int step = 0; step < STEPS; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        found += table[(state >> 40) % WORDS]; // slow
    }
    printf("%d\n", (int)found);
}
