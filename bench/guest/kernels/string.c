// string: the C library's string functions over all alignments and many lengths.
// Checked by: the same answers from loops over single bytes.
#include "check.h"

enum { SPAN = 320 };

static char left[2 * SPAN], right[2 * SPAN];

static size_t length_by_bytes(const char *s)
{
    size_t n = 0;
    while (*(const volatile char *)(s + n))
        n++;
    return n;
}

static int order_by_bytes(const char *x, const char *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char p = *(const volatile char *)(x + i), q = *(const volatile char *)(y + i);
        if (p != q)
            return p < q ? -1 : 1;
        if (p == 0)
            break;
    }
    return 0;
}

static const char *first_by_bytes(const char *s, char c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (*(const volatile char *)(s + i) == c)
            return s + i;
    return NULL;
}

static const char *last_by_bytes(const char *s, char c)
{
    for (size_t i = length_by_bytes(s) + 1; i-- > 0;)
        if (s[i] == c)
            return s + i;
    return NULL;
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

// Letters a..p with a terminator after n of them.
static void fill(char *s, size_t n, uint32_t *seed)
{
    for (size_t i = 0; i < n; i++)
        s[i] = 'a' + (random_next(seed) >> 7) % 16;
    s[n] = 0;
}

static uint32_t compare_round(char *x, char *y, size_t n, uint32_t *seed)
{
    uint32_t wrong = 0;
    memcpy(y, x, n + 1);
    wrong += strcmp(x, y) != 0 || memcmp(x, y, n + 1) != 0;
    if (n > 0) {
        size_t at = random_next(seed) % n;
        y[at] = 'q' + at % 4;
        wrong += sign(strcmp(x, y)) != order_by_bytes(x, y, n + 1);
        wrong += sign(strcmp(y, x)) != order_by_bytes(y, x, n + 1);
        wrong += sign(memcmp(x, y, n)) != order_by_bytes(x, y, n);
        wrong += sign(strncmp(x, y, at)) != order_by_bytes(x, y, at);
        wrong += strchr(y, y[at]) != first_by_bytes(y, y[at], n + 1);
    }
    return wrong;
}

static uint32_t search_round(char *x, size_t n, uint32_t *seed)
{
    uint32_t wrong = 0;
    char c = 'a' + random_next(seed) % 17;
    const char *first = first_by_bytes(x, c, n), *end = x + n;
    wrong += strlen(x) != length_by_bytes(x);
    wrong += strnlen(x, n / 2) != n / 2 || strnlen(x, SPAN) != n;
    wrong += strchr(x, c) != first || memchr(x, c, n) != (void *)first;
    wrong += strrchr(x, c) != last_by_bytes(x, c);
    wrong += strchrnul(x, c) != (first ? first : end);
    wrong += strchr(x, 0) != end || memrchr(x, 0, n + 1) != (void *)end;
    wrong += strcspn(x, (char[]){ c, 0 }) != (size_t)((first ? first : end) - x);
    wrong += strspn(x, "abcdefghijklmnop") != n;
    if (n >= 4) {
        char part[5] = { x[n - 4], x[n - 3], x[n - 2], x[n - 1], 0 };
        const char *found = strstr(x, part);
        wrong += !found || found > end - 4 || memcmp(found, part, 4) != 0;
        wrong += memmem(x, n, part, 4) != (void *)found;
    }
    return wrong;
}

static uint32_t copy_round(char *x, char *y, size_t n)
{
    uint32_t wrong = 0;
    memset(y, '#', n + 16);
    wrong += stpcpy(y, x) != y + n || order_by_bytes(x, y, n + 1) != 0 || y[n + 1] != '#';
    memset(y, '#', n + 16);
    wrong += strncpy(y, x, n / 2) != y || y[n / 2] != '#' || memcmp(x, y, n / 2) != 0;
    memmove(x + 3, x, n + 1);
    wrong += n > 0 && memcmp(x + 3, y, n / 2) != 0;
    memmove(x, x + 3, n + 1);
    wrong += length_by_bytes(x) != n || memcmp(x, y, n / 2) != 0;
    y[0] = 0;
    strcat(y, x);
    strcat(y, "!");
    wrong += y[n] != '!' || y[n + 1] != 0;
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20), wrong = 0, rounds = 0;
    uint32_t seed = 11;

    for (uint64_t round = 0; round < scale; round++)
        for (size_t n = 0; n < 250; n++) {
            char *x = left + random_next(&seed) % 33, *y = right + random_next(&seed) % 33;
            fill(x, n, &seed);
            wrong += search_round(x, n, &seed);
            wrong += compare_round(x, y, n, &seed);
            wrong += copy_round(x, y, n);
            rounds++;
        }
    printf("rounds %" PRIu64 "\n", rounds);
    return expect("wrong", wrong, 0);
}
