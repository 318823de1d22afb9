// Tables of measurements of which a third is unseen.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/sem/crc32.h"
#include "fit/fit.h"

enum { MOST_COLUMNS = 32 };

bool fit_is_unseen(const char *name)
{
    u32 crc = ~0u;   // as zlib's crc32
    for (; *name; name++)
        crc = crc32_update(crc32_ieee, crc, (u8)*name, 1);
    return ~crc % 3 == 0;
}

bool fit_bad_row(const char *file, const char *name, const char *why, struct err *e)
{
    err_set(e, "measured/%s: '%.60s': %s", file, name, why);
    e->kind = ERR_DATA;
    return false;
}

static const char *wrong(char *const *at, size_t n, size_t columns, size_t seen)
{
    if (n < columns)
        return "too few columns";
    bool unseen = fit_is_unseen(at[0]);
    if (strcmp(at[seen], unseen ? "no" : "yes") != 0)
        return unseen ? "by the rule it is unseen" : "by the rule it is seen";
    return NULL;
}

bool fit_rows(const struct fit *f, const char *file, size_t columns, size_t seen,
              bool (*take)(void *ctx, char **at, struct err *e), void *ctx, struct err *e)
{
    FILE *in = fit_open(f, file, e);
    if (!in)
        return false;
    char *line = NULL, *at[MOST_COLUMNS];
    size_t room = 0;
    bool ok = true;
    while (ok && getline(&line, &room, in) >= 0) {
        if (*line == '#')
            continue;
        size_t size = strlen(line) + 1;
        char *text = memcpy(ARENA_ARRAY(f->results->arena, size, char), line, size);
        size_t n = fit_fields(text, at, columns);
        if (!n || !*at[0] || strcmp(at[0], "name") == 0)
            continue;
        const char *why = wrong(at, n, columns, seen);
        ok = why ? fit_bad_row(file, at[0], why, e) : take(ctx, at, e);
    }
    free(line);
    return fit_close(in, file, ok ? e : &(struct err){ "" }) && ok;
}
