// The same ring, its nodes side by side on few pages.
#include <stdio.h>

enum { PAGES = 4096, STEPS = 60000 };

static char memory[PAGES * 64];

static char **node(unsigned k)
{
    return (char **)(memory + (size_t)k * 64);
}

int main(void)
{
    for (unsigned k = 0; k < PAGES; k++)
        *node(k) = (char *)node((k * 1277 + 777) % PAGES);
    char *at = (char *)node(0);
    for (int step = 0; step < STEPS; step++)
        at = *(char **)at;
    printf("%d\n", at != NULL);
}
