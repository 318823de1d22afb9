// Counts numbers of which some come far more often than others: a count is read, as often as not, just
// after it was written.
#include <stdint.h>
#include <stdio.h>

enum { BYTES = 1 << 15, TURNS = 8, KINDS = 8 };

static uint8_t data[BYTES];
static unsigned count[KINDS];

int main(void)
{
    uint64_t state = 1;
    for (int k = 0; k < BYTES; k++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        data[k] = (uint8_t)(state >> 61 & state >> 55 & state >> 49);
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < BYTES; k++)
            count[data[k]]++;   // slow
    for (int kind = 0; kind < KINDS; kind++)
        printf("%u\n", count[kind]);
}
