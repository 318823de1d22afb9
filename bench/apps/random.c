// Random reads of an array of SIZE bytes: two places at a time, and two places with the byte behind
// each (D. Lemire, Memory access on the Apple M1 processor, 2021). A pass is one turn of the loop.
#include "app.h"

enum { PLACES = 1 << 19 };

struct work {
    char *array;
    int *place;
};

// A page's first touch is the kernel's work; one byte of each is enough.
static struct work work(long size)
{
    struct work w = { app_room((size_t)size), app_room(PLACES * sizeof(int)) };
    for (long k = 0; k < size; k += 4096)
        w.array[k] = (char)(k >> 12);
    uint64_t seed = 99;
    for (int k = 0; k < PLACES; k++)
        w.place[k] = (int)(app_random(&seed) % (uint64_t)(size - 1));
    return w;
}

static int two(long passes, long size)
{
    struct work w = work(size);
    int sum = 0;
    const int *at = w.place;
    for (long i = 0; i < 2 * passes; i += 2)
        sum += w.array[at[i % PLACES]] ^ w.array[at[i % PLACES + 1]];
    APP_KEEP(sum);
    return 0;
}

static int two_with_next(long passes, long size)
{
    struct work w = work(size);
    int sum = 0;
    const int *at = w.place;
    for (long i = 0; i < 2 * passes; i += 2) {
        int a = at[i % PLACES], b = at[i % PLACES + 1];
        sum += w.array[a] ^ w.array[a + 1] ^ w.array[b] ^ w.array[b + 1];
    }
    APP_KEEP(sum);
    return 0;
}

static const struct kernel kernels[] = { { "two", two }, { "two-with-next", two_with_next } };

APP_MAIN(kernels)
