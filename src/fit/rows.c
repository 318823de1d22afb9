// The rows of the tables of the folder, for those who simulate them.
#include <errno.h>
#include <stdio.h>

#include "fit/fit.h"

bool fit_bad_row(const char *name, const char *why, struct err *e)
{
    return err_set(e, "'%.60s': %s", name, why);
}

struct taking {
    bool (*take)(void *ctx, char **at, struct err *e);
    void *ctx;
};

static bool take(void *ctx, const struct table_line *l, struct err *e)
{
    struct taking *t = ctx;
    return !l->field || t->take(t->ctx, l->field, e);
}

bool fit_rows(const struct fit *f, enum table_id t,
              bool (*take_row)(void *ctx, char **at, struct err *e), void *ctx, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof(path), "%.3800s/%s", f->folder, table_file(t));
    FILE *in = fopen(path, "r");
    if (!in && err_is_host(errno))
        return err_system(e, errno, "%.200s", path);
    if (!in)
        return err_set(e, "no measurements '%.200s'", path);
    struct taking taking = { take_row, ctx };
    struct table_reader r = { .take = take, .ctx = &taking };
    bool ok = table_read(in, path, &t, f->results->arena, &r, e);
    fclose(in);
    return ok;
}
