// names.h: the functions an ELF file names, by address.
//
// Nothing in the file is trusted; what is wrong with it means that it has no names.
#ifndef PROFILE_NAMES_H
#define PROFILE_NAMES_H

#include "base/types.h"

struct names;

// Reads the symbol table, or the dynamic one when there is no other. NULL when there is none.
// Freed by names_free.
struct names *names_read(const char *path);
void names_free(struct names *n);

// The function at `a` (an address of the file), or NULL.
const char *names_at(const struct names *n, u64 a);

// What is to be added to the offset of a loaded byte of the file to have its address in it.
u64 names_delta(const struct names *n, u64 offset);

#endif
