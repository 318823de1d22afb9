// The union of two sorted arrays of 32-bit integers, with branches and without (D. Lemire, Faster
// sorted array unions by reducing branches, 2021). A pass unites 100 pairs, each of 0 to 10000 values.
#include "app.h"

enum { PAIRS = 100, MOST = 10000 };

struct pair {
    uint32_t *a, *b, *out;
    size_t in_a, in_b, united;
};

static int by_value(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return (a > b) - (a < b);
}

static uint32_t *sorted(uint64_t *seed, size_t n)
{
    uint32_t *at = app_room(n * sizeof(*at));
    for (size_t k = 0; k < n; k++)
        at[k] = (uint32_t)app_random(seed);
    qsort(at, n, sizeof(*at), by_value);
    return at;
}

// Where an input ends, the other is copied.
static inline size_t rest(const struct pair *p, size_t i, size_t j, size_t k)
{
    while (i < p->in_a)
        p->out[k++] = p->a[i++];
    while (j < p->in_b)
        p->out[k++] = p->b[j++];
    return k;
}

static __attribute__((noinline)) size_t conventional(const struct pair *p)
{
    const uint32_t *a = p->a, *b = p->b;
    uint32_t *out = p->out;
    size_t i = 0, j = 0, k = 0;
    if (!p->in_a || !p->in_b)
        return rest(p, 0, 0, 0);
    uint32_t x = a[0], y = b[0];
    for (;;) {
        if (x < y) {
            out[k++] = x;
            if (++i == p->in_a)
                break;
            x = a[i];
        } else if (x > y) {
            out[k++] = y;
            if (++j == p->in_b)
                break;
            y = b[j];
        } else {
            out[k++] = x;
            i++;
            j++;
            if (i == p->in_a || j == p->in_b)
                break;
            x = a[i];
            y = b[j];
        }
    }
    return rest(p, i, j, k);
}

static __attribute__((noinline)) size_t branchless(const struct pair *p)
{
    const uint32_t *a = p->a, *b = p->b;
    uint32_t *out = p->out;
    size_t i = 0, j = 0, k = 0, in_a = p->in_a, in_b = p->in_b;
    while ((i < in_a) & (j < in_b)) {
        uint32_t x = a[i], y = b[j];
        out[k++] = x <= y ? x : y;
        i = x <= y ? i + 1 : i;
        j = y <= x ? j + 1 : j;
    }
    return rest(p, i, j, k);
}

static size_t distinct(const struct pair *p)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < p->in_a || j < p->in_b; n++) {
        uint64_t x = i < p->in_a ? p->a[i] : UINT64_MAX, y = j < p->in_b ? p->b[j] : UINT64_MAX;
        i += x <= y;
        j += y <= x;
    }
    return n;
}

static int run(long passes, size_t (*unite)(const struct pair *))
{
    static struct pair pairs[PAIRS];
    uint64_t seed = 1234;
    for (int k = 0; k < PAIRS; k++) {
        struct pair *p = &pairs[k];
        p->in_a = app_random(&seed) % (MOST + 1);
        p->in_b = app_random(&seed) % (MOST + 1);
        p->a = sorted(&seed, p->in_a);
        p->b = sorted(&seed, p->in_b);
        p->out = app_room((p->in_a + p->in_b) * sizeof(*p->out));
    }
    for (long i = 0; i < passes; i++)
        for (int k = 0; k < PAIRS; k++)
            pairs[k].united = unite(&pairs[k]);
    return passes && pairs[PAIRS - 1].united != distinct(&pairs[PAIRS - 1]);
}

static int run_conventional(long passes, long size)
{
    (void)size;
    return run(passes, conventional);
}

static int run_branchless(long passes, long size)
{
    (void)size;
    return run(passes, branchless);
}

static const struct kernel kernels[] = { { "conventional", run_conventional },
                                         { "branchless", run_branchless } };

APP_MAIN(kernels)
