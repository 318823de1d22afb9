// fields.h: lines of CSV.
#ifndef FIT_FIELDS_H
#define FIT_FIELDS_H

#include <stddef.h>

// Cuts a line of CSV into up to `most` fields, in place; returns how many.
size_t fit_fields(char *line, char **field, size_t most);

// What is wrong with a line of CSV, or NULL: a quote that does not end, or is followed by more.
const char *fit_fields_wrong(const char *line);

#endif
