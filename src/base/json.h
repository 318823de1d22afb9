// json.h: writes JSON to a stream as it is told, two spaces a level.
//
// The prefix is jw_ (JSON writer) because json_ belongs to jansson, which reads.
//
// The writer keeps no document: each call prints at once. It checks nesting by
// assertion only, since a wrong nesting is a fault of ours. Doubles are written
// with the fewest digits that read back to the same value; NaN and infinity,
// which JSON lacks, become null. Text that is not UTF-8 gets U+FFFD where it is
// not.
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdio.h>

#include "base/types.h"

struct jw {
    FILE *f;
    u64 arrays;     // bit d: level d is an array
    unsigned depth;   // at most 63
    bool empty;     // nothing written yet at this level
};

// Starts a document; the first call after it opens its outermost value.
void jw_begin(struct jw *j, FILE *f);

// Ends the document with a newline. Every object and array must be closed.
// False when the stream has seen an error.
bool jw_finish(struct jw *j);

// `key` is NULL for an element of an array and for the outermost value.
void jw_object(struct jw *j, const char *key);
void jw_array(struct jw *j, const char *key);
void jw_close(struct jw *j);   // the innermost object or array

void jw_u64(struct jw *j, const char *key, u64 v);
void jw_i64(struct jw *j, const char *key, i64 v);
void jw_real(struct jw *j, const char *key, double v);
void jw_bool(struct jw *j, const char *key, bool v);
void jw_text(struct jw *j, const char *key, const char *v);   // NULL: null

#endif
