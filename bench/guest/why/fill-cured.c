// The same bytes, a piece at a time that stays in the caches until all turns are done.
#include <stdint.h>
#include <stdio.h>

typedef uint64_t words __attribute__((vector_size(16)));

enum { BYTES = 32 << 20, PIECE = 64 << 10, TURNS = 2 };

static uint64_t memory[PIECE / 8];

static __attribute__((noinline)) void fill(uint64_t value)
{
    words two = { value, value };
    for (size_t k = 0; k < PIECE / 8; k += 8)
#pragma GCC unroll 4
        for (size_t n = 0; n < 8; n += 2)
            *(words *)&memory[k + n] = two;
}

int main(void)
{
    for (size_t piece = 0; piece < BYTES / PIECE; piece++)
        for (uint64_t turn = 1; turn <= TURNS; turn++)
            fill(turn);
    printf("%d\n", (int)memory[0]);
}
