// fields.h: lines of CSV.
#ifndef FIT_FIELDS_H
#define FIT_FIELDS_H

#include <stddef.h>

// Cuts a line of CSV into up to `most` fields, in place; returns how many.
size_t fit_fields(char *line, char **field, size_t most);

#endif
