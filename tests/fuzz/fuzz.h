// fuzz.h: what every libFuzzer target shares.
//
// A target feeds one input through one reader and asserts what must hold of any
// result. It is built by tools/fuzz with clang-19 and never part of build/.
#ifndef FUZZ_H
#define FUZZ_H

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "base/types.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

// An error is one line that says something.
static inline void fuzz_check_error(const struct err *e)
{
    size_t n = strnlen(e->text, sizeof e->text);
    assert(n > 0 && n < sizeof e->text);
    assert(!strchr(e->text, '\n'));
}

#endif
