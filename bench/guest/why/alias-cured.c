// The same in sixteen tables of counts, which are used in turn and added at the end.
#include <stdint.h>
#include <stdio.h>

enum { BYTES = 1 << 15, TURNS = 8, KINDS = 8, TABLES = 16 };

static uint8_t data[BYTES];
static unsigned count[TABLES][KINDS];

int main(void)
{
    uint64_t state = 1;
    for (int k = 0; k < BYTES; k++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        data[k] = (uint8_t)(state >> 61 & state >> 55 & state >> 49);
    }
    for (int turn = 0; turn < TURNS; turn++)
        for (int k = 0; k < BYTES; k += TABLES)
#pragma GCC unroll 16
            for (int table = 0; table < TABLES; table++)
                count[table][data[k + table]]++;
    for (int kind = 0; kind < KINDS; kind++) {
        unsigned all = 0;
        for (int table = 0; table < TABLES; table++)
            all += count[table][kind];
        printf("%u\n", all);
    }
}
