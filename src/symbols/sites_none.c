// A build without libdw knows no names.
#include "symbols/sites.h"

struct sites *sites_new(const struct sites_file *file, size_t count)
{
    return NULL;
}

void sites_free(struct sites *s)
{
}

struct site sites_at(struct sites *s, u64 pc)
{
    return (struct site){ "?", NULL, 0 };
}

struct site sites_line(struct sites *s, u64 pc)
{
    return (struct site){ NULL, NULL, 0 };
}

size_t sites_inlined(struct sites *s, u64 pc, struct site_call *call, size_t most)
{
    return 0;
}

struct site sites_function(struct sites *s, u64 pc)
{
    return (struct site){ "?", NULL, 0 };
}
