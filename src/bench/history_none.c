// A build without SQLite keeps no history.
#include "bench/history.h"

static bool missing(struct err *e)
{
    return err_set(e, "this m2sim was built without SQLite: no history");
}

bool history_add(const char *path, const struct bench *b, struct err *e)
{
    return missing(e);
}

bool history_is(const char *path)
{
    return false;
}

bool history_load(struct bench *old, const char *path, const char *which, const char *cpu,
                  struct err *e)
{
    return missing(e);
}

bool history_page(const char *path, enum bench_clock clock, FILE *f, struct err *e)
{
    return missing(e);
}
