#include <math.h>
#include <string.h>

#include "fit/fit.h"

struct reason {
    const char *core, *name;
    double from, to;
    const char *why;
};

static const struct reason reasons[] = {
#define REASON(...) { __VA_ARGS__ },
#include "fit/reasons.def"
#undef REASON
};

static bool is_of(const struct reason *why, const struct result *r)
{
    double x = isnan(r->x) ? 0 : r->x;
    return (!*why->core || strcmp(why->core, r->core) == 0) && x >= why->from && x <= why->to &&
           strncmp(r->name, why->name, strlen(why->name)) == 0;
}

void fit_reasons(struct results *all)
{
    for (size_t k = 0; k < all->count; k++) {
        struct result *r = &all->at[k];
        for (size_t j = 0; j < sizeof(reasons) / sizeof(*reasons); j++)
            if (!r->note && !result_hit(r) && is_of(&reasons[j], r))
                r->note = reasons[j].why;
    }
}
