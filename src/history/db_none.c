// A build without SQLite keeps no history.
#include "history/db.h"

#include <math.h>

bool db_open(struct db *d, const char *path, enum db_for what, struct err *e)
{
    *d = (struct db){ .path = path, .e = e };
    return err_set(e, "this m2sim was built without SQLite: no history");
}

bool db_close(struct db *d)
{
    return d->ok;
}

bool db_is(const char *path)
{
    return false;
}

void db_begin(struct db *d, const char *schema)
{
}

void db_commit(struct db *d)
{
}

void db_run(struct db *d, const char *sql, const char *types, ...)
{
}

i64 db_last(const struct db *d)
{
    return 0;
}

struct db_rows *db_ask(struct db *d, const char *sql, const char *types, ...)
{
    return NULL;
}

bool db_next(struct db *d, struct db_rows *rows)
{
    return false;
}

const char *db_text(struct db_rows *rows, int column)
{
    return "";
}

i64 db_int(struct db_rows *rows, int column)
{
    return 0;
}

double db_real(struct db_rows *rows, int column)
{
    return NAN;
}

void db_done(struct db_rows *rows)
{
}
