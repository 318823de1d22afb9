// save.h: state that outlives a run, in named, versioned sections.
//
// A part of the simulator has one function that lists its state; whether that is written or
// read is the save's affair, so the two cannot differ. What was read is checked: a section
// that is missing, of another version, of another size or with values that cannot be leaves
// an error and stops the reading. What was being read is then to be thrown away.
//
// The bytes: "m2save\n", u8 0, u64 XXH3 of what follows; then sections: 16 bytes of name, u32
// version, u32 0, u64 bytes, the bytes. All little-endian. No state may hold absolute time.
#ifndef BASE_SAVE_H
#define BASE_SAVE_H

#include "base/err.h"
#include "base/types.h"

struct save;

// To be written.
struct save *save_new(void);

// To be read: `data` must live as long. NULL and *e when it is not a save or damaged.
struct save *save_open(const void *data, size_t size, struct err *e);
void save_free(struct save *s);

bool save_reads(const struct save *s);

// The next section, of at most 15 letters; read, they may come in any order.
void save_section(struct save *s, const char *name, u32 version);

// `n` things of `size` bytes at `at`.
void save_bytes(struct save *s, void *at, size_t n, size_t size);
#define SAVE(s, lvalue) save_bytes(s, &(lvalue), 1, sizeof(lvalue))

// Part of what decides the form of the state: read, it must be what it was.
void save_same(struct save *s, u64 value);

// Read, `ok` must hold of what was read.
void save_check(struct save *s, bool ok);

// Whether a bool that was read is one.
static inline bool save_is_bool(const bool *at)
{
    return *(const u8 *)at <= 1;
}

// What was written, until save_free.
const void *save_data(struct save *s, size_t *size);

// Whether all is well so far; else *e says what the section lacks.
bool save_ok(const struct save *s, struct err *e);

#endif
