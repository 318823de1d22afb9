#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// No suffix means two things by the case of a letter: m is M, a million.
static const struct {
    const char *name;
    u64 by;
} suffixes[] = {
    { "k", 1000 },         { "M", 1000000 },      { "G", 1000000000 },
    { "KiB", 1ull << 10 }, { "MiB", 1ull << 20 }, { "GiB", 1ull << 30 },
};

bool number_read(const char *text, u64 *value)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    if (*text < '0' || *text > '9' || (hex && !strchr("0123456789abcdefABCDEF", text[2])))
        return false;
    char *end;
    errno = 0;
    u64 n = strtoull(text, &end, hex ? 16 : 10);
    if (errno)
        return false;
    const char *suffix = end + strspn(end, " ");
    bool known = !*end;
    for (size_t k = 0; k < COUNT(suffixes) && !known; k++)
        known =
            !strcasecmp(suffix, suffixes[k].name) && !__builtin_mul_overflow(n, suffixes[k].by, &n);
    if (known)
        *value = n;
    return known;
}
