// db.h: an SQLite file that measurements are kept in, with errors in one line.
//
// A fault holds: after it nothing is read or written any more, so that what calls these functions
// in a row asks once, at the end. A build without SQLite says so when a file is opened.
#ifndef HISTORY_DB_H
#define HISTORY_DB_H

#include "base/err.h"
#include "base/types.h"

struct sqlite3;
struct db_rows;   // a statement that is carried out

struct db {
    struct sqlite3 *db;
    const char *path;
    struct err *e;
    bool ok;
};

enum db_for { DB_READ, DB_ADD };   // to add to a file makes it where there is none

// Opens `path` and sees that it is SQLite's and of no later version of the tables than DB_VERSION.
// False with *e: ERR_DATA when the file is not what it should be. To be closed in any case.
enum { DB_VERSION = 1 };
bool db_open(struct db *d, const char *path, enum db_for what, struct err *e);

// Whether all went well.
bool db_close(struct db *d);

// Whether the file at `path` begins as SQLite's files do.
bool db_is(const char *path);

// Begins a change, with its tables made where they are not there (`schema`); what db_commit does not end
// is undone when the file is closed.
void db_begin(struct db *d, const char *schema);
void db_commit(struct db *d);

// Carries out `sql` with values for its "?" as `types` says: t text, i i64, r double (NAN: null).
void db_run(struct db *d, const char *sql, const char *types, ...);

// The number of the row that was put in last.
i64 db_last(const struct db *d);

// The same with an answer, row by row; columns from 0. Text lives until the next row, "" for null,
// for which db_real gives NAN. To be ended by db_done.
struct db_rows *db_ask(struct db *d, const char *sql, const char *types, ...);
bool db_next(struct db *d, struct db_rows *rows);
const char *db_text(struct db_rows *rows, int column);
i64 db_int(struct db_rows *rows, int column);
double db_real(struct db_rows *rows, int column);
void db_done(struct db_rows *rows);

#endif
