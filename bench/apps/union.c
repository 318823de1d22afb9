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

struct place {
    size_t a, b, out;
};

// Where an input ends, the other is copied.
static inline size_t rest(const uint32_t *a, size_t in_a, const uint32_t *b, size_t in_b,
                          uint32_t *out, struct place at)
{
    while (at.a < in_a)
        out[at.out++] = a[at.a++];
    while (at.b < in_b)
        out[at.out++] = b[at.b++];
    return at.out;
}

static __attribute__((noinline)) size_t conventional(const uint32_t *a, size_t in_a,
                                                     const uint32_t *b, size_t in_b, uint32_t *out)
{
    struct place at = { 0, 0, 0 };
    if (!in_a || !in_b)
        return rest(a, in_a, b, in_b, out, at);
    uint32_t x = a[0], y = b[0];
    for (;;) {
        if (x < y) {
            out[at.out++] = x;
            at.a++;
            if (at.a == in_a)
                break;
            x = a[at.a];
        } else if (x > y) {
            out[at.out++] = y;
            at.b++;
            if (at.b == in_b)
                break;
            y = b[at.b];
        } else {
            out[at.out++] = a[at.a];
            at.a++;
            at.b++;
            if (at.a == in_a || at.b == in_b)
                break;
            x = a[at.a];
            y = b[at.b];
        }
    }
    return rest(a, in_a, b, in_b, out, at);
}

static __attribute__((noinline)) size_t branchless(const uint32_t *a, size_t in_a,
                                                   const uint32_t *b, size_t in_b, uint32_t *out)
{
    struct place at = { 0, 0, 0 };
    while ((at.a < in_a) & (at.b < in_b)) {
        uint32_t x = a[at.a], y = b[at.b];
        out[at.out++] = x <= y ? x : y;
        at.a = x <= y ? at.a + 1 : at.a;
        at.b = y <= x ? at.b + 1 : at.b;
    }
    return rest(a, in_a, b, in_b, out, at);
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

typedef size_t unite_fn(const uint32_t *a, size_t in_a, const uint32_t *b, size_t in_b,
                        uint32_t *out);

static int run(long passes, unite_fn *unite)
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
        for (struct pair *p = pairs; p < pairs + PAIRS; p++)
            p->united = unite(p->a, p->in_a, p->b, p->in_b, p->out);
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
