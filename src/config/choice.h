// choice.h: parameters that are one of a few names.
//
// The names are those of the policy tables of uarch/, which are texts (*.def): config/
// knows what there is to choose, not what it does. A row of core.def names its table.
#ifndef CONFIG_CHOICE_H
#define CONFIG_CHOICE_H

#include "base/types.h"

struct choice {
    const char *name, *doc;
};

// Each in the order of its table's enum, ended by a NULL name; prefetch_code has some rows of prefetch.
#define CHOICES(table) extern const struct choice choices_##table[];
#include "config/choice.def"
#undef CHOICES

// The place of `name` in a table, or -1.
i32 choice_find(const struct choice *table, const char *name);

// The names of a table as text: "lru, plru, random".
void choice_list(const struct choice *table, char *text, size_t n);

#endif
