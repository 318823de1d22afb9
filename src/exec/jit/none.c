// Hosts without a translator: the interpreter does everything.
#include <assert.h>

#include "exec/jit/jit.h"

struct jit *jit_new(struct space *s, bool recording)
{
    return NULL;
}

void jit_set_plain(struct jit *j)
{
}

void jit_free(struct jit *j)
{
}

struct trap jit_run(struct jit *j, struct cpu *c, const struct space *s, u64 budget,
                    struct recorder *r, u64 *executed)
{
    assert(!"there is a translator");
    __builtin_unreachable();
}

void jit_end_recording(struct jit *j)
{
}

void jit_begin_recording(struct jit *j)
{
}

void jit_set_checking(struct jit *j, enum jit_checking how)
{
}

void jit_set_limit(struct jit *j, u64 bytes)
{
}

void jit_flush(struct jit *j)
{
}

void jit_each_block(const struct jit *j,
                    void (*each)(void *ctx, const void *code, u64 bytes, vaddr pc), void *ctx)
{
}
