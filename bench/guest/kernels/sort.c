// sort: quicksort, heap sort and radix sort of random integers, three ways to the same order.
// Checked by: ascending order, and the same sum and xor as before (so nothing was lost or doubled).
#include "check.h"

enum { COUNT = 4096 };

static void insertion_sort(int32_t *a, long n)
{
    for (long i = 1; i < n; i++) {
        int32_t x = a[i];
        long j = i;
        for (; j > 0 && a[j - 1] > x; j--)
            a[j] = a[j - 1];
        a[j] = x;
    }
}

static void quick_sort(int32_t *a, long n)
{
    while (n > 12) {
        int32_t pivot = a[n / 2];
        long i = 0, j = n - 1;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                int32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        quick_sort(a, j + 1);
        a += i;
        n -= i;
    }
    insertion_sort(a, n);
}

static void sift_down(int32_t *a, long from, long n)
{
    int32_t x = a[from];
    for (long child; (child = 2 * from + 1) < n; from = child) {
        child += child + 1 < n && a[child + 1] > a[child];
        if (a[child] <= x)
            break;
        a[from] = a[child];
    }
    a[from] = x;
}

static void heap_sort(int32_t *a, long n)
{
    for (long i = n / 2; i-- > 0;)
        sift_down(a, i, n);
    while (--n > 0) {
        int32_t t = a[0];
        a[0] = a[n];
        a[n] = t;
        sift_down(a, 0, n);
    }
}

// Least significant byte first; the sign bit is flipped so that negative numbers come first.
static void radix_sort(int32_t *a, long n)
{
    static int32_t other[COUNT];
    int32_t *from = a, *to = other;
    for (int shift = 0; shift < 32; shift += 8) {
        long start[257] = { 0 };
        for (long i = 0; i < n; i++)
            start[(((uint32_t)from[i] ^ 0x80000000u) >> shift & 255) + 1]++;
        for (int b = 0; b < 256; b++)
            start[b + 1] += start[b];
        for (long i = 0; i < n; i++)
            to[start[((uint32_t)from[i] ^ 0x80000000u) >> shift & 255]++] = from[i];
        int32_t *t = from;
        from = to;
        to = t;
    }
}

struct digest {
    uint64_t sum, xor;
};

static struct digest digest_of(const int32_t *a)
{
    struct digest d = { 0, 0 };
    for (long i = 0; i < COUNT; i++) {
        d.sum += (uint64_t)a[i];
        d.xor ^= (uint32_t)a[i];
    }
    return d;
}

static bool ascending(const int32_t *a)
{
    for (long i = 1; i < COUNT; i++)
        if (a[i - 1] > a[i])
            return false;
    return true;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20);
    static void (*const sorts[])(int32_t *, long) = { quick_sort, heap_sort, radix_sort };
    static const char *const names[] = { "quick", "heap", "radix" };
    uint64_t good[3] = { 0 };
    uint32_t seed = 1;

    for (uint64_t round = 0; round < scale; round++) {
        static int32_t data[COUNT], work[COUNT];
        for (long i = 0; i < COUNT; i++)
            data[i] = (int32_t)random_next(&seed);
        struct digest before = digest_of(data);
        for (int s = 0; s < 3; s++) {
            memcpy(work, data, sizeof work);
            sorts[s](work, COUNT);
            struct digest after = digest_of(work);
            good[s] += ascending(work) && after.sum == before.sum && after.xor == before.xor ;
        }
    }
    int bad = 0;
    for (int s = 0; s < 3; s++)
        bad |= expect(names[s], good[s], scale);
    return bad;
}
