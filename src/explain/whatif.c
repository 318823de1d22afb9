#include "explain/whatif.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const struct whatif whatif_rows[WHATIFS] = {
#define WHATIF(id, name, sets) { #id, name, sets },
#include "explain/whatif.def"
#undef WHATIF
};

// "core.PATH=VALUE" of `n` bytes at `text`, as --set wants it; NULL when `model` does not read it.
static const char *set_of(const char *text, size_t n, const struct config *c, const char *model,
                          struct arena *a)
{
    char path[64];
    const char *equals = memchr(text, '=', n);
    size_t skip = strlen("core."), length = (size_t)(equals - text) - skip;
    assert(equals && length < sizeof(path));
    memcpy(path, text + skip, length);
    path[length] = 0;
    const struct param *p = param_find(path);
    assert(p);
    if (!param_read_by(p, model))
        return NULL;
    size_t room = n + 24;
    char *set = ARENA_ARRAY(a, room, char);
    snprintf(set, room, "%.*s", (int)n, text);
    if (equals[1] == '+') {
        assert(p->kind == PARAM_COUNTED);
        double value = (double)*(const u64 *)((const char *)&c->core + p->offset);
        value += strtod(equals + 2, NULL);
        snprintf(set, room, "core.%s=%.0f", path, value < p->max ? value : p->max);
    }
    return set;
}

size_t whatif_sets(const struct whatif *w, const struct config *c, const char *model,
                   struct arena *a, const char *sets[WHATIF_SETS])
{
    size_t count = 0;
    for (const char *at = w->sets; *at;) {
        size_t n = strcspn(at, ",");
        const char *set = set_of(at, n, c, model, a);
        assert(count < WHATIF_SETS);
        if (set)
            sets[count++] = set;
        at += n + (at[n] == ',');
    }
    return count;
}
