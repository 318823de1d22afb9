#include "base/nearest.h"

#include <string.h>

enum { LONGEST = 63, FAR = ~0u >> 1 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

// Edit distance with swaps of neighbours; FAR for long words. Three rows of its table are kept.
static unsigned distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned row[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return FAR;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

void nearest_try(struct nearest *n, const char *candidate)
{
    unsigned d = distance(n->word, candidate), limit = (unsigned)strlen(n->word) / 3;
    if (d <= (limit ? limit : 1) && (!n->best || d < n->distance)) {
        n->best = candidate;
        n->distance = d;
    }
}
