#include "fit/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

struct result *results_add(struct results *r)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->at = realloc(r->at, r->room * sizeof(*r->at));
        if (!r->at)
            out_of_memory();
    }
    struct result *p = &r->at[r->count++];
    *p = (struct result){ .sim = NAN, .x = NAN };
    return p;
}

char *results_text(struct results *r, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    size_t size = (n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1) + 1;
    char *copy = arena_alloc(r->arena, size, 1, 1);
    memcpy(copy, text, size);
    copy[size - 1] = 0;
    return copy;
}

static bool together(const struct result *a, const struct result *b, bool family)
{
    return !strcmp(a->set, b->set) && !strcmp(a->core, b->core) &&
           (!family || !strcmp(a->family, b->family));
}

size_t results_group(const struct results *r, size_t from, bool family)
{
    size_t n = 1;
    while (from + n < r->count && together(&r->at[from], &r->at[from + n], family))
        n++;
    return n;
}

static int by_group(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

enum { MOST_GROUPS = 512 };

void results_sort(struct results *r)
{
    size_t first[MOST_GROUPS], groups = 0;
    for (size_t k = 0; k < r->count; k++) {
        size_t g = 0;
        while (g < groups && !together(&r->at[first[g]], &r->at[k], true))
            g++;
        if (g == groups && groups < MOST_GROUPS)
            first[groups++] = k;
        r->at[k].group = first[g < groups ? g : groups - 1];
        r->at[k].order = k;
    }
    if (r->count)
        qsort(r->at, r->count, sizeof(*r->at), by_group);
}

double result_error(const struct result *r)
{
    double least = fmin(r->sim, r->hw), d = fabs(r->sim - r->hw);
    return d / fmax(least, 0.1);   // an elimination takes nothing
}

bool result_within(const struct result *r, double share, double cycles)
{
    double d = fabs(r->sim - r->hw);
    return d <= share * fabs(r->hw) || d <= cycles;
}

bool result_hit(const struct result *r)
{
    if (isnan(r->sim))
        return false;
    if (r->low < r->high && r->sim >= r->low && r->sim <= r->high)
        return true;
    if (r->low < r->high)
        return strcmp(r->set, "loops") == 0 && result_within(r, 0.05, 0);
    if (strcmp(r->set, "instructions") == 0)
        return result_within(r, 0.05, 0.01);
    if (strcmp(r->set, "sequences") == 0)
        return result_within(r, 0.05, 0.02);
    if (strcmp(r->set, "apps") == 0)
        return result_within(r, 0.10, 0);
    if (strcmp(r->set, "models") == 0)
        return result_within(r, 0.15, 0);
    return result_within(r, 0.10, strcmp(r->unit, "entries") == 0 ? 0 : 0.3);
}
