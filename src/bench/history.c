#include "bench/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "bench/suite.h"
#include "history/db.h"
#include "history/trend.h"

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
    " peak_bytes INTEGER NOT NULL, allocations INTEGER);";

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
            db_run(d, "INSERT INTO mean VALUES(?,?,?,?,?,?,?,?)", "itttirrr", run, s->mode,
                   group ? group : "all", clock == BENCH_WALL ? "wall" : "cpu", (i64)count,
                   speed.value, speed.low, speed.high);
    }
}

static void add_samples(struct db *d, i64 run, const struct bench_series *s)
{
    for (unsigned r = 0; r < s->own.n; r++)
        db_run(d, "INSERT INTO sample VALUES(?,?,?,?,?,?,?,?,?,?)", "itttiirrii", run, s->mode,
               s->program, s->group, (i64)s->instructions, (i64)r, s->own.cpu[r], s->own.wall[r],
               (i64)s->peak_bytes, s->allocations);
}

bool history_add(const char *path, const struct bench *b, struct err *e)
{
    struct db d;
    if (db_open(&d, path, DB_ADD, e)) {
        db_begin(&d, SCHEMA);
        db_run(&d, "INSERT INTO run VALUES(NULL,?,?,?,?,?,?,?,?)", "ttttitti", b->when, b->label,
               b->version, b->cpu, (i64)b->cpus, b->kernel, b->command, (i64)b->repetitions);
        i64 run = db_last(&d);
        for (size_t k = 0, n; k < b->count; k += n) {
            n = bench_group(b, k);
            add_means(&d, run, &b->at[k], n);
            for (size_t j = 0; j < n; j++)
                add_samples(&d, run, &b->at[k + j]);
        }
        db_commit(&d);
    }
    return db_close(&d);
}

// -- Reading --

static bool same_series(const struct bench_series *s, struct db_rows *row)
{
    return !strcmp(s->mode, db_text(row, 0)) && !strcmp(s->program, db_text(row, 1));
}

static void take_sample(struct bench *b, struct db_rows *row, size_t most)
{
    struct bench_series *s = b->count ? &b->at[b->count - 1] : NULL;
    if (!s || !same_series(s, row)) {
        if (b->count == most)
            return;
        s = &b->at[b->count++];
        *s = (struct bench_series){ .host_instructions = NAN,
                                    .allocations = -1,
                                    .allocated_bytes = -1 };
        s->mode = suite_text(b->arena, "%s", db_text(row, 0));
        s->program = suite_text(b->arena, "%s", db_text(row, 1));
        s->group = suite_text(b->arena, "%s", db_text(row, 2));
        s->instructions = (u64)db_int(row, 3);
    }
    if (s->own.n == STATS_MOST)
        return;
    s->own.cpu[s->own.n] = db_real(row, 4);
    s->own.wall[s->own.n++] = db_real(row, 5);
}

static i64 find_run(struct db *d, const char *which, const char *cpu, struct bench *b)
{
    struct db_rows *s =
        which ? db_ask(d,
                       "SELECT id, label, made FROM run WHERE label = ?1 OR CAST(id AS TEXT) = ?1"
                       " ORDER BY id DESC LIMIT 1",
                       "t", which)
              : db_ask(d, "SELECT id, label, made FROM run WHERE cpu = ? ORDER BY id DESC LIMIT 1",
                       "t", cpu);
    i64 run = 0;
    if (db_next(d, s)) {
        run = db_int(s, 0);
        b->label = suite_text(b->arena, "%s", db_text(s, 1));
        b->when = suite_text(b->arena, "%s", db_text(s, 2));
    }
    db_done(s);
    return run;
}

bool history_load(struct bench *b, const char *path, const char *which, const char *cpu,
                  struct err *e)
{
    enum { MOST = 1000 };
    struct db d;
    b->at = ARENA_ARRAY(b->arena, MOST, struct bench_series);
    if (db_open(&d, path, DB_READ, e)) {
        i64 run = find_run(&d, which, cpu, b);
        if (d.ok && !run)
            d.ok = which ? err_set(e, "%s: no run '%s'", path, which)
                         : err_set(e, "%s: no run on a host with this processor", path);
        struct db_rows *s =
            db_ask(&d,
                   "SELECT mode, program, grp, instructions, cpu, wall FROM sample WHERE run = ?"
                   " ORDER BY rowid",
                   "i", run);
        while (db_next(&d, s))
            take_sample(b, s, MOST);
        db_done(s);
    }
    return db_close(&d);
}

// -- The page --

static size_t read_points(struct db *d, const char *mode, enum bench_clock clock,
                          struct trend_point *p, size_t most)
{
    // The latest `most`, in the order they were made.
    struct db_rows *s = db_ask(
        d,
        "SELECT * FROM (SELECT run.id, run.made, run.label, mean.grp, mips, low, high, programs "
        "FROM mean JOIN run"
        " ON run.id = mean.run WHERE mode = ? AND clock = ? AND cpu ="
        " (SELECT cpu FROM run ORDER BY id DESC LIMIT 1) ORDER BY run.id DESC, mean.rowid LIMIT ?)"
        " ORDER BY id",
        "tti", mode, clock == BENCH_WALL ? "wall" : "cpu", (i64)most);
    size_t n = 0;
    while (n < most && db_next(d, s)) {
        p[n].run = db_int(s, 0);
        snprintf(p[n].when, sizeof(p[n].when), "%s", db_text(s, 1));
        snprintf(p[n].label, sizeof(p[n].label), "%s", db_text(s, 2));
        snprintf(p[n].line, sizeof(p[n].line), "%s", db_text(s, 3));
        p[n].value = db_real(s, 4);
        p[n].low = db_real(s, 5);
        p[n].high = db_real(s, 6);
        p[n++].count = (u32)db_int(s, 7);
    }
    db_done(s);
    return n;
}

static void begin_page(FILE *f, const char *cpu, enum bench_clock clock)
{
    char text[400];
    snprintf(text, sizeof(text),
             "Geometric means in millions of guest instructions a second of %s, with 95 %% "
             "intervals, on "
             "%s. Runs on other processors are left out.",
             clock == BENCH_WALL ? "wall clock" : "CPU time", cpu);
    trend_begin(f, "Speed of m2sim over time", text);
}

bool history_page(const char *path, enum bench_clock clock, FILE *f, struct err *e)
{
    static const struct trend_words words = { "M instr/s", "programs" };
    struct db d;
    if (db_open(&d, path, DB_READ, e)) {
        struct trend_point *p = calloc(TREND_MOST, sizeof(*p));
        if (!p)
            out_of_memory();
        struct db_rows *s = db_ask(&d, "SELECT cpu FROM run ORDER BY id DESC LIMIT 1", "");
        bool any = db_next(&d, s);
        begin_page(f, any ? db_text(s, 0) : "no run", clock);
        db_done(s);
        size_t modes;
        const struct bench_mode *m = bench_modes(&modes);
        for (size_t k = 0; k < modes && d.ok; k++) {
            size_t n = read_points(&d, m[k].name, clock, p, TREND_MOST);
            if (n)
                trend_chart(f, m[k].name, m[k].doc, &words, p, n);
        }
        trend_end(f);
        free(p);
    }
    return db_close(&d);
}
