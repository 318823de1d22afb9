// source.h: the lines of source files.
#ifndef PROFILE_SOURCE_H
#define PROFILE_SOURCE_H

#include "base/types.h"

struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *s);

// Line `line` of a file, without blanks before and behind it, as printable text; NULL when it cannot be
// read. It lives as long as `s`.
const char *sources_line(struct sources *s, const char *file, u32 line);

// The blanks before it, in columns; tabs are 8 apart.
u32 sources_indent(struct sources *s, const char *file, u32 line);

#endif
