// A build without libdw knows no names.
#include "bench/symbols.h"

#include <stddef.h>

struct symbols *symbols_new(const struct probe_head *h, const char *program)
{
    return NULL;
}

void symbols_free(struct symbols *s)
{
}

struct symbol symbols_at(struct symbols *s, u64 pc)
{
    return (struct symbol){ "?", NULL, 0 };
}
