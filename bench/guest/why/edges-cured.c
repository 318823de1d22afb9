// The same records, aligned.
#include <stdint.h>
#include <stdio.h>

typedef uint64_t anywhere __attribute__((aligned(1)));

enum { PAGE = 16384, PAGES = 32, TURNS = 2000 };

static char memory[(PAGES + 1) * PAGE] __attribute__((aligned(PAGE)));

int main(void)
{
    uint64_t sum = 0;
    for (int turn = 0; turn < TURNS; turn++)
        for (int page = 1; page <= PAGES; page++) {
            sum += *(anywhere *)(memory + page * PAGE - 8 * page);
            __asm__ volatile("" ::: "memory");
        }
    printf("%d\n", (int)sum);
}
