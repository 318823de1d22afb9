// compare.h: two lists of figures side by side, most changed first.
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdio.h>

#include "base/json.h"

// A thing that both lists may have, by its key.
struct compare_row {
    const char *key;
    double before, after;   // 0 where a list has it not
    const char *note;   // or NULL
};

// Joins rows of one key (their `before` and `after` add up), sorts by |after - before|, most first, then by
// key. Returns how many are left.
size_t compare_join(struct compare_row *row, size_t n);

// A table of at most `most` rows that changed at all; the columns are before, after, change.
void compare_text(const struct compare_row *row, size_t n, size_t most, const char *title, FILE *f);

// An array of all rows under `key`.
void compare_json(const struct compare_row *row, size_t n, const char *key, struct jw *j);

#endif
