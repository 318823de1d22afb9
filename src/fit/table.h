// table.h: the tables of measured/: which there are, and whether a file is one.
//
// What they hold is tables.def; what is done with their rows is the business of who reads them.
#ifndef FIT_TABLE_H
#define FIT_TABLE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "fit/fields.h"

enum table_id {
#define TABLE(id, file) TABLE_##id,
#include "fit/tables.def"
    TABLES
};

enum { TABLE_COLUMNS = 20 };   // of any table, and one more

// A third of the measurements is kept away from those who make the models, by a rule that nobody
// can lean on: the CRC-32 (IEEE 802.3) of the name is a multiple of 3.
bool fit_is_unseen(const char *name);

const char *table_file(enum table_id t);

// Writes the line of its titles, without its end.
void table_titles(enum table_id t, FILE *f);

// The table whose titles the line is, or TABLES.
enum table_id table_of(const char *line);

// A line of a table, which lives in the arena it was read into.
struct table_line {
    enum table_id table;   // of forms always TABLE_FORMS
    unsigned number;   // from 1
    const char *text;   // as it stands in the file, without its end
    char **field;   // NULL: a comment, the titles or nothing
};

struct table_reader {
    // Is told of every line in its order, but those that are wrong; false and *e with the reason ends it.
    bool (*take)(void *ctx, const struct table_line *l, struct err *e);
    // Is told what is wrong, "PATH:LINE: ..."; returns whether to go on. NULL: the first fault ends it.
    bool (*fault)(void *ctx, unsigned line, const char *text);
    void *ctx;
    enum table_id likely;   // whose titles are asked for, where *t is TABLES and there are none
};

// Reads a file as table `t`, or *t = TABLES: as what its titles say. False and *e for the first fault, and the
// errors are ERR_DATA but of a file that cannot be read.
bool table_read(FILE *in, const char *path, enum table_id *t, struct arena *a,
                const struct table_reader *r, struct err *e);

// The machine that a row is of, as "CHIP, CORE"; the table says which columns that are.
const char *table_machine(enum table_id t, char *const *field, struct arena *a);

// The column whose rows are together, or -1.
int table_core(enum table_id t);

#endif
