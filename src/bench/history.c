#include "bench/history.h"

#include <math.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "bench/suite.h"
#include "bench/trend.h"

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS run(id INTEGER PRIMARY KEY, made TEXT NOT NULL, label TEXT NOT "
    "NULL,"
    " version TEXT NOT NULL, cpu TEXT NOT NULL, cpus INTEGER NOT NULL, kernel TEXT NOT NULL,"
    " command TEXT NOT NULL, repetitions INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS mean(run INTEGER NOT NULL REFERENCES run(id), mode TEXT NOT NULL,"
    " grp TEXT NOT NULL, clock TEXT NOT NULL, programs INTEGER NOT NULL, mips REAL NOT NULL,"
    " low REAL NOT NULL, high REAL NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sample(run INTEGER NOT NULL REFERENCES run(id), mode TEXT NOT NULL,"
    " program TEXT NOT NULL, grp TEXT NOT NULL, instructions INTEGER NOT NULL,"
    " repetition INTEGER NOT NULL, cpu REAL NOT NULL, wall REAL NOT NULL,"
    " peak_bytes INTEGER NOT NULL, allocations INTEGER);"
    "PRAGMA user_version = 1;";

// -- SQLite with our errors --

struct db {
    sqlite3 *db;
    const char *path;
    struct err *e;
    bool ok;
};

static void check(struct db *d, bool ok)
{
    bool memory = !d->db || sqlite3_errcode(d->db) == SQLITE_NOMEM;
    if (!ok && d->ok)
        err_set(d->e, "%s: %s", d->path, memory ? "out of memory" : sqlite3_errmsg(d->db));
    if (!ok && d->ok && memory)
        d->e->kind = ERR_HOST;
    d->ok &= ok;
}

static bool open_db(struct db *d, const char *path, int flags, struct err *e)
{
    *d = (struct db){ .path = path, .e = e, .ok = true };
    check(d, sqlite3_open_v2(path, &d->db, flags, NULL) == SQLITE_OK);
    if (d->ok)
        sqlite3_busy_timeout(d->db, 10000);
    return d->ok;
}

static void execute(struct db *d, const char *sql)
{
    if (d->ok)
        check(d, sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

// Binds values as `types` says: t text, i i64, r double.
static sqlite3_stmt *prepare(struct db *d, const char *sql, const char *types, ...)
{
    sqlite3_stmt *s = NULL;
    if (!d->ok)
        return NULL;
    check(d, sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK);
    va_list ap;
    va_start(ap, types);
    for (int k = 0; d->ok && types[k]; k++) {
        if (types[k] == 't')
            check(d, sqlite3_bind_text(s, k + 1, va_arg(ap, const char *), -1, SQLITE_STATIC) ==
                         SQLITE_OK);
        else if (types[k] == 'i')
            check(d, sqlite3_bind_int64(s, k + 1, va_arg(ap, i64)) == SQLITE_OK);
        else
            check(d, sqlite3_bind_double(s, k + 1, va_arg(ap, double)) == SQLITE_OK);
    }
    va_end(ap);
    return s;
}

static bool next_row(struct db *d, sqlite3_stmt *s)
{
    int r = d->ok ? sqlite3_step(s) : SQLITE_DONE;
    check(d, r == SQLITE_ROW || r == SQLITE_DONE);
    return r == SQLITE_ROW;
}

static void run_once(struct db *d, sqlite3_stmt *s)
{
    next_row(d, s);
    sqlite3_finalize(s);
}

static const char *column(sqlite3_stmt *s, int k)
{
    const char *t = (const char *)sqlite3_column_text(s, k);
    return t ? t : "";
}

// -- Writing --

static void add_means(struct db *d, i64 run, const struct bench_series *s, size_t n)
{
    static const char *const groups[] = { "int", "fp", "libc", NULL };
    for (size_t k = 0; k < 2 * COUNT(groups); k++) {
        enum bench_clock clock = k % 2 ? BENCH_WALL : BENCH_CPU;
        const char *group = groups[k / 2];
        size_t count;
        struct estimate speed = bench_speed(s, n, group, clock, &count);
        if (count)
            run_once(d,
                     prepare(d, "INSERT INTO mean VALUES(?,?,?,?,?,?,?,?)", "itttirrr", run,
                             s->mode, group ? group : "all", clock == BENCH_WALL ? "wall" : "cpu",
                             (i64)count, speed.value, speed.low, speed.high));
    }
}

static void add_samples(struct db *d, i64 run, const struct bench_series *s)
{
    for (unsigned r = 0; r < s->own.n; r++)
        run_once(d, prepare(d, "INSERT INTO sample VALUES(?,?,?,?,?,?,?,?,?,?)", "itttiirrii", run,
                            s->mode, s->program, s->group, (i64)s->instructions, (i64)r,
                            s->own.cpu[r], s->own.wall[r], (i64)s->peak_bytes, s->allocations));
}

bool history_add(const char *path, const struct bench *b, struct err *e)
{
    struct db d;
    if (open_db(&d, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, e)) {
        execute(&d, "BEGIN IMMEDIATE");
        execute(&d, SCHEMA);
        run_once(&d, prepare(&d, "INSERT INTO run VALUES(NULL,?,?,?,?,?,?,?,?)", "ttttitti",
                             b->when, b->label, b->version, b->cpu, (i64)b->cpus, b->kernel,
                             b->command, (i64)b->repetitions));
        i64 run = d.ok ? sqlite3_last_insert_rowid(d.db) : 0;
        for (size_t k = 0, n; k < b->count; k += n) {
            n = bench_group(b, k);
            add_means(&d, run, &b->at[k], n);
            for (size_t j = 0; j < n; j++)
                add_samples(&d, run, &b->at[k + j]);
        }
        execute(&d, "COMMIT");
    }
    sqlite3_close(d.db);
    return d.ok;
}

// -- Reading --

bool history_is(const char *path)
{
    char magic[16] = "";
    FILE *f = fopen(path, "rb");
    bool is = f && fread(magic, 1, sizeof(magic), f) == sizeof(magic) &&
              !memcmp(magic, "SQLite format 3", sizeof(magic));
    if (f)
        fclose(f);
    return is;
}

static bool same_series(const struct bench_series *s, sqlite3_stmt *row)
{
    return !strcmp(s->mode, column(row, 0)) && !strcmp(s->program, column(row, 1));
}

static void take_sample(struct bench *b, sqlite3_stmt *row, size_t most)
{
    struct bench_series *s = b->count ? &b->at[b->count - 1] : NULL;
    if (!s || !same_series(s, row)) {
        if (b->count == most)
            return;
        s = &b->at[b->count++];
        *s = (struct bench_series){ .host_instructions = NAN,
                                    .allocations = -1,
                                    .allocated_bytes = -1 };
        s->mode = suite_text(b->arena, "%s", column(row, 0));
        s->program = suite_text(b->arena, "%s", column(row, 1));
        s->group = suite_text(b->arena, "%s", column(row, 2));
        s->instructions = (u64)sqlite3_column_int64(row, 3);
    }
    if (s->own.n == STATS_MOST)
        return;
    s->own.cpu[s->own.n] = sqlite3_column_double(row, 4);
    s->own.wall[s->own.n++] = sqlite3_column_double(row, 5);
}

static i64 find_run(struct db *d, const char *which, const char *cpu, struct bench *b)
{
    sqlite3_stmt *s =
        which ? prepare(d,
                        "SELECT id, label, made FROM run WHERE label = ?1 OR CAST(id AS TEXT) = ?1"
                        " ORDER BY id DESC LIMIT 1",
                        "t", which)
              : prepare(d, "SELECT id, label, made FROM run WHERE cpu = ? ORDER BY id DESC LIMIT 1",
                        "t", cpu);
    i64 run = 0;
    if (next_row(d, s)) {
        run = sqlite3_column_int64(s, 0);
        b->label = suite_text(b->arena, "%s", column(s, 1));
        b->when = suite_text(b->arena, "%s", column(s, 2));
    }
    sqlite3_finalize(s);
    return run;
}

bool history_load(struct bench *b, const char *path, const char *which, const char *cpu,
                  struct err *e)
{
    enum { MOST = 1000 };
    struct db d;
    b->at = ARENA_ARRAY(b->arena, MOST, struct bench_series);
    if (open_db(&d, path, SQLITE_OPEN_READONLY, e)) {
        i64 run = find_run(&d, which, cpu, b);
        if (d.ok && !run)
            d.ok = which ? err_set(e, "%s: no run '%s'", path, which)
                         : err_set(e, "%s: no run on a host with this processor", path);
        sqlite3_stmt *s =
            prepare(&d,
                    "SELECT mode, program, grp, instructions, cpu, wall FROM sample WHERE run = ?"
                    " ORDER BY rowid",
                    "i", run);
        while (next_row(&d, s))
            take_sample(b, s, MOST);
        sqlite3_finalize(s);
    }
    sqlite3_close(d.db);
    return d.ok;
}

// -- The page --

static size_t read_points(struct db *d, const char *mode, enum bench_clock clock,
                          struct trend_point *p, size_t most)
{
    // The latest `most`, in the order they were made.
    sqlite3_stmt *s = prepare(
        d,
        "SELECT * FROM (SELECT run.id, run.made, run.label, mean.grp, mips, low, high, programs "
        "FROM mean JOIN run"
        " ON run.id = mean.run WHERE mode = ? AND clock = ? AND cpu ="
        " (SELECT cpu FROM run ORDER BY id DESC LIMIT 1) ORDER BY run.id DESC, mean.rowid LIMIT ?)"
        " ORDER BY id",
        "tti", mode, clock == BENCH_WALL ? "wall" : "cpu", (i64)most);
    size_t n = 0;
    while (n < most && next_row(d, s)) {
        p[n].run = sqlite3_column_int64(s, 0);
        snprintf(p[n].when, sizeof(p[n].when), "%s", column(s, 1));
        snprintf(p[n].label, sizeof(p[n].label), "%s", column(s, 2));
        snprintf(p[n].group, sizeof(p[n].group), "%s", column(s, 3));
        p[n].value = sqlite3_column_double(s, 4);
        p[n].low = sqlite3_column_double(s, 5);
        p[n].high = sqlite3_column_double(s, 6);
        p[n++].programs = (u32)sqlite3_column_int64(s, 7);
    }
    sqlite3_finalize(s);
    return n;
}

bool history_page(const char *path, enum bench_clock clock, FILE *f, struct err *e)
{
    struct db d;
    if (open_db(&d, path, SQLITE_OPEN_READONLY, e)) {
        struct trend_point *p = calloc(TREND_MOST, sizeof(*p));
        if (!p)
            out_of_memory();
        sqlite3_stmt *s = prepare(&d, "SELECT cpu FROM run ORDER BY id DESC LIMIT 1", "");
        bool any = next_row(&d, s);
        trend_begin(f, any ? column(s, 0) : "no run",
                    clock == BENCH_WALL ? "wall clock" : "CPU time");
        sqlite3_finalize(s);
        size_t modes;
        const struct bench_mode *m = bench_modes(&modes);
        for (size_t k = 0; k < modes && d.ok; k++) {
            size_t n = read_points(&d, m[k].name, clock, p, TREND_MOST);
            if (n)
                trend_chart(f, m[k].name, m[k].doc, p, n);
        }
        trend_end(f);
        free(p);
    }
    sqlite3_close(d.db);
    return d.ok;
}
