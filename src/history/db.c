#include "history/db.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Faults of what the file says, not of where it lies; though SQLite takes a disk that answers EIO for a
// file that is damaged.
static bool is_damage(int code)
{
    return code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
           code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH;
}

static void check(struct db *d, bool ok)
{
    int code = d->db ? sqlite3_errcode(d->db) : SQLITE_NOMEM;
    if (!ok && d->ok) {
        err_set(d->e, "%.300s: %s", d->path,
                code == SQLITE_NOMEM ? "out of memory" : sqlite3_errmsg(d->db));
        d->e->kind = code == SQLITE_NOMEM ? ERR_HOST : is_damage(code) ? ERR_DATA : ERR_INPUT;
    }
    d->ok &= ok;
}

static void execute(struct db *d, const char *sql)
{
    if (d->ok)
        check(d, sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

// The tables of the first versions have no number.
static void check_version(struct db *d)
{
    struct db_rows *s = db_ask(d, "PRAGMA user_version", "");
    i64 version = db_next(d, s) ? db_int(s, 0) : 0;
    db_done(s);
    if (d->ok && (version < 0 || version > DB_VERSION)) {
        d->ok = err_set(d->e, "%.300s: its tables are of version %lld; this m2sim knows %d",
                        d->path, (long long)version, DB_VERSION);
        d->e->kind = ERR_DATA;
    }
}

bool db_open(struct db *d, const char *path, enum db_for what, struct err *e)
{
    int flags = what == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    *d = (struct db){ .path = path, .e = e, .ok = true };
    check(d, sqlite3_open_v2(path, &d->db, flags, NULL) == SQLITE_OK);
    if (d->ok)
        sqlite3_busy_timeout(d->db, 10000);
    check_version(d);
    return d->ok;
}

bool db_close(struct db *d)
{
    sqlite3_close(d->db);
    d->db = NULL;
    return d->ok;
}

bool db_is(const char *path)
{
    char magic[16] = "";
    FILE *f = fopen(path, "rb");
    bool is = f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
              !memcmp(magic, "SQLite format 3", sizeof(magic));
    if (f)
        fclose(f);
    return is;
}

void db_begin(struct db *d, const char *schema)
{
    execute(d, "BEGIN IMMEDIATE");
    execute(d, schema);
    execute(d, "PRAGMA user_version = 1");
}

void db_commit(struct db *d)
{
    execute(d, "COMMIT");
}

static sqlite3_stmt *prepare(struct db *d, const char *sql, const char *types, va_list ap)
{
    sqlite3_stmt *s = NULL;
    if (!d->ok)
        return NULL;
    check(d, sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK);
    for (int k = 0; d->ok && types[k]; k++) {
        if (types[k] == 't')
            check(d, sqlite3_bind_text(s, k + 1, va_arg(ap, const char *), -1, SQLITE_STATIC) ==
                         SQLITE_OK);
        else if (types[k] == 'i')
            check(d, sqlite3_bind_int64(s, k + 1, va_arg(ap, i64)) == SQLITE_OK);
        else
            check(d, sqlite3_bind_double(s, k + 1, va_arg(ap, double)) == SQLITE_OK);
    }
    return s;
}

void db_run(struct db *d, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    struct db_rows *rows = (struct db_rows *)prepare(d, sql, types, ap);
    va_end(ap);
    db_next(d, rows);
    db_done(rows);
}

i64 db_last(const struct db *d)
{
    return d->ok ? sqlite3_last_insert_rowid(d->db) : 0;
}

struct db_rows *db_ask(struct db *d, const char *sql, const char *types, ...)
{
    va_list ap;
    va_start(ap, types);
    sqlite3_stmt *s = prepare(d, sql, types, ap);
    va_end(ap);
    return (struct db_rows *)s;
}

bool db_next(struct db *d, struct db_rows *rows)
{
    int r = d->ok ? sqlite3_step((sqlite3_stmt *)rows) : SQLITE_DONE;
    check(d, r == SQLITE_ROW || r == SQLITE_DONE);
    return r == SQLITE_ROW;
}

const char *db_text(struct db_rows *rows, int column)
{
    const char *t = (const char *)sqlite3_column_text((sqlite3_stmt *)rows, column);
    return t ? t : "";
}

i64 db_int(struct db_rows *rows, int column)
{
    return sqlite3_column_int64((sqlite3_stmt *)rows, column);
}

double db_real(struct db_rows *rows, int column)
{
    bool none = sqlite3_column_type((sqlite3_stmt *)rows, column) == SQLITE_NULL;
    return none ? NAN : sqlite3_column_double((sqlite3_stmt *)rows, column);
}

void db_done(struct db_rows *rows)
{
    sqlite3_finalize((sqlite3_stmt *)rows);
}
