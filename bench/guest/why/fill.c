// Writes 32 MiB again and again: memory takes no more.
#include <stdint.h>
#include <stdio.h>

typedef uint64_t words __attribute__((vector_size(16)));

enum { BYTES = 32 << 20, TURNS = 2 };

static uint64_t memory[BYTES / 8];

static __attribute__((noinline)) void fill(uint64_t value)
{
    words two = { value, value };
    for (size_t k = 0; k < BYTES / 8; k += 8)
#pragma GCC unroll 4
        for (size_t n = 0; n < 8; n += 2)
            *(words *)&memory[k + n] = two; // slow
}

int main(void)
{
    for (uint64_t turn = 1; turn <= TURNS; turn++)
        fill(turn);
    printf("%d\n", (int)memory[0]);
}
