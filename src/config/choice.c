#include "config/choice.h"

#include <stdio.h>
#include <string.h>

#define ROW(id, name, doc) { name, doc },

#define BPRED ROW
const struct choice choices_bpred[] = {
#include "uarch/bpred/bpred.def"
    { 0 },
};

#define FIRST_TOUCH ROW
const struct choice choices_first_touch[] = {
#include "uarch/first_touch.def"
    { 0 },
};

#define PREFETCH(id, name, sees, doc) ROW(id, name, doc)
const struct choice choices_prefetch[] = {
#include "uarch/prefetch.def"
    { 0 },
};
#undef PREFETCH

// Those for code, of whose lines nobody tells what they hold.
#define ROW_ACCESS ROW
#define ROW_FILL(...)
#define PREFETCH(id, name, sees, doc) ROW_##sees(id, name, doc)
const struct choice choices_prefetch_code[] = {
#include "uarch/prefetch.def"
    { 0 },
};

#define RAS_OVERFLOW ROW
const struct choice choices_ras_overflow[] = {
#include "uarch/bpred/ras_overflow.def"
    { 0 },
};

#define REPLACE ROW
const struct choice choices_replace[] = {
#include "uarch/replace.def"
    { 0 },
};

i32 choice_find(const struct choice *table, const char *name)
{
    for (i32 k = 0; table[k].name; k++)
        if (strcmp(table[k].name, name) == 0)
            return k;
    return -1;
}

void choice_list(const struct choice *table, char *text, size_t n)
{
    *text = 0;
    for (size_t at = 0; table->name && at < n; table++)
        at += (size_t)snprintf(text + at, n - at, "%s%s", at ? ", " : "", table->name);
}
