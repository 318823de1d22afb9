// symbols.h: an ELF file's code and the names in it, by libelf.
//
// Of any machine. Nothing in the file is trusted: a part that is not what it should be is not there,
// and a file without names has none. It knows no instruction and no process.
#ifndef SYMBOLS_SYMBOLS_H
#define SYMBOLS_SYMBOLS_H

#include <stddef.h>

#include "base/err.h"
#include "base/types.h"

struct symbols;

// Reads a file; NULL and *e when it is no ELF file. Freed by symbols_free, with all strings below.
struct symbols *symbols_read(const char *path, struct err *e);
struct symbols *symbols_read_memory(const void *data, size_t size, const char *name, struct err *e);
void symbols_free(struct symbols *s);

// Bytes to execute: a section's, or where there is none a segment's without the file's headers.
struct symbols_code {
    const char *name;   // of the section, or NULL
    u32 section;   // its number; 0 of a segment
    u64 address;   // 0 of an object file's sections
    u64 size;
    const u8 *bytes;
};
size_t symbols_code(const struct symbols *s, const struct symbols_code **code);

// A function, an object or a label of assembly: of the symbol table, or of the dynamic one where that
// is all there is. A section of code has its own name where nothing else begins.
struct symbol {
    const char *name;
    u64 address, size;   // size 0: unknown
    u32 section;
    u8 type;   // STT_*
};

// The symbol of `section` that begins last at or before `a`, or NULL. Of several at one place the
// one llvm-objdump shows: a function before other things, then the last by name.
const struct symbol *symbols_before(const struct symbols *s, u32 section, u64 a);

// Where the first symbol of `section` behind `a` begins; UINT64_MAX when there is none.
u64 symbols_next(const struct symbols *s, u32 section, u64 a);

// The symbols called `name` that lie in code, from the one behind `last` (NULL: the first) on.
const struct symbol *symbols_named(const struct symbols *s, const char *name,
                                   const struct symbol *last);

// A name of code that is near `name`, or NULL.
const char *symbols_like(const struct symbols *s, const char *name);

// The section of a linked file that holds `a`; 0: none. An object file has no addresses.
u32 symbols_section_at(const struct symbols *s, u64 a);

// Whether the Arm mapping symbols ($x, $d) say that data lies there. *until: up to where the answer holds.
bool symbols_is_data(const struct symbols *s, u32 section, u64 a, u64 *until);

// The function at `a`, NULL when it lies in none. One of no size reaches up to the next.
const char *symbols_function(const struct symbols *s, u64 a);

// The same, and where that function begins and ends: before the next one, UINT64_MAX of the last of no size.
const char *symbols_function_at(const struct symbols *s, u64 a, u64 *start, u64 *end);

// What is to be added to the offset of a loaded byte of the file to have its address in it.
u64 symbols_delta(const struct symbols *s, u64 offset);

#endif
