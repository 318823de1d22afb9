// A ring through 4096 pages, a node on each: the caches hold the nodes, no TLB the pages.
#include <stdio.h>

enum { PAGES = 4096, STEPS = 60000, PAGE = 16384 };

static char memory[(PAGES + 1) * PAGE];

static char **node(unsigned k)
{
    return (char **)(memory + (size_t)k * PAGE + k % 256 * 64);
}

int main(void)
{
    for (unsigned k = 0; k < PAGES; k++)
        *node(k) = (char *)node((k * 1277 + 777) % PAGES);
    char *at = (char *)node(0);
    for (int step = 0; step < STEPS; step++)
        at = *(char **)at; // slow
    printf("%d\n", at != NULL);
}
