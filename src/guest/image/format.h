// format.h: what a file is that is no ELF file, for the line that refuses it.
//
// It looks at the first bytes alone and trusts none of them.
#ifndef GUEST_FORMAT_H
#define GUEST_FORMAT_H

#include <stddef.h>

#include "base/types.h"

enum { FORMAT_HEAD = 64 };   // bytes of a file that are enough

// What is the matter with the file that begins with these `n` bytes, and what to do; `text`
// is set to words that follow "FILE: ".
void format_explain(const u8 *head, size_t n, char *text, size_t size);

#endif
