#include "fit/kept.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "fit/stats.h"
#include "history/db.h"
#include "history/trend.h"

static const char SCHEMA[] =
    "CREATE TABLE IF NOT EXISTS accuracy(id INTEGER PRIMARY KEY, made TEXT NOT NULL,"
    " label TEXT NOT NULL, version TEXT NOT NULL, model TEXT NOT NULL, model_digest TEXT NOT NULL,"
    " command TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS accuracy_error(run INTEGER NOT NULL REFERENCES accuracy(id),"
    " suite TEXT NOT NULL, core TEXT NOT NULL, core_digest TEXT NOT NULL, family TEXT NOT NULL,"
    " points INTEGER NOT NULL, met REAL NOT NULL, error REAL, low REAL, high REAL, bias REAL);"
    "CREATE TABLE IF NOT EXISTS accuracy_point(id INTEGER PRIMARY KEY, suite TEXT NOT NULL,"
    " core TEXT NOT NULL, family TEXT NOT NULL, name TEXT NOT NULL,"
    " UNIQUE(suite, core, family, name));"
    "CREATE TABLE IF NOT EXISTS accuracy_value(run INTEGER NOT NULL REFERENCES accuracy(id),"
    " point INTEGER NOT NULL REFERENCES accuracy_point(id), measured REAL NOT NULL, simulated REAL,"
    " counted INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS accuracy_value_run ON accuracy_value(run);";

// -- Writing --

// That tables of these names are ours.
static void check_tables(struct db *d)
{
    static const char *const columns[] = {
        "SELECT id, made, label, version, model, model_digest, command FROM accuracy LIMIT 0",
        "SELECT run, suite, core, core_digest, family, points, met, error, low, high, bias"
        " FROM accuracy_error LIMIT 0",
        "SELECT id, suite, core, family, name FROM accuracy_point LIMIT 0",
        "SELECT run, point, measured, simulated, counted FROM accuracy_value LIMIT 0",
    };
    for (size_t k = 0; k < COUNT(columns); k++)
        db_run(d, columns[k], "");
}

bool kept_prepare(const char *path, struct err *e)
{
    struct db d;
    if (access(path, F_OK) == 0) {
        if (db_open(&d, path, DB_ADD, e)) {
            db_begin(&d, SCHEMA);   // and undone
            check_tables(&d);
        }
        return db_close(&d);
    }
    char folder[4096];
    snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0;
    bool ok = access(slash ? folder : ".", W_OK | X_OK) == 0;
    return ok || err_system(e, errno, "%.300s", path);
}

static void add_error(struct db *d, i64 run, const struct result *r, size_t n, const char *family)
{
    struct fit_stats s = results_stats(r, n, NULL);
    const struct estimate *mean = &s.at[FIT_MEAN];
    if (s.points)
        db_run(d, "INSERT INTO accuracy_error VALUES(?,?,?,?,?,?,?,?,?,?,?)",
               "itttti"
               "rrrrr",
               run, r->set, r->core, r->core_digest ? r->core_digest : "", family, (i64)s.run,
               s.hit, s.run ? mean->value : NAN, s.run ? mean->low : NAN, s.run ? mean->high : NAN,
               s.run ? s.at[FIT_BIAS].value : NAN);
}

static void add_point(struct db *d, i64 run, const struct result *r)
{
    db_run(d, "INSERT OR IGNORE INTO accuracy_point VALUES(NULL,?,?,?,?)", "tttt", r->set, r->core,
           r->family, r->name);
    db_run(d,
           "INSERT INTO accuracy_value SELECT ?, id, ?, ?, ? FROM accuracy_point"
           " WHERE suite = ? AND core = ? AND family = ? AND name = ?",
           "irritttt", run, r->hw, r->sim, (i64)!r->shown_only, r->set, r->core, r->family,
           r->name);
}

static void add_results(struct db *d, i64 run, const struct results *r)
{
    for (size_t k = 0, n; k < r->count; k += n) {
        n = results_group(r, k, false);
        for (size_t j = k, m; j < k + n; j += m) {
            m = results_group(r, j, true);
            add_error(d, run, &r->at[j], m, r->at[j].family);
        }
        add_error(d, run, &r->at[k], n, "all");
    }
    for (size_t k = 0; k < r->count; k++)
        add_point(d, run, &r->at[k]);
}

bool kept_add(const char *path, const struct kept *k, struct err *e)
{
    struct db d;
    if (db_open(&d, path, DB_ADD, e)) {
        db_begin(&d, SCHEMA);
        db_run(&d, "INSERT INTO accuracy VALUES(NULL,?,?,?,?,?,?)", "tttttt", k->when, k->label,
               k->version, k->model, k->model_digest, k->command);
        add_results(&d, db_last(&d), k->results);
        db_commit(&d);
    }
    return db_close(&d);
}

// -- Reading --

// A file that has only what bench keeps, or nothing yet, has no result.
static bool has_tables(struct db *d)
{
    struct db_rows *s = db_ask(d, "SELECT 1 FROM sqlite_master WHERE name = 'accuracy'", "");
    bool any = db_next(d, s);
    db_done(s);
    return any;
}

static struct db_rows *ask_for(struct db *d, const struct kept_wanted *w)
{
    if (w->which)
        return db_ask(d,
                      "SELECT id, model, version, label, made FROM accuracy"
                      " WHERE label = ?1 OR CAST(id AS TEXT) = ?1 ORDER BY id DESC LIMIT 1",
                      "t", w->which);
    return db_ask(d,
                  "SELECT id, model, version, label, made FROM accuracy WHERE model = ?1 AND EXISTS"
                  " (SELECT 1 FROM accuracy_error WHERE run = id"
                  " AND (?2 = '' OR instr(',' || ?2 || ',', ',' || suite || ','))"
                  " AND (?3 = '' OR core = ?3)) ORDER BY id DESC LIMIT 1",
                  "ttt", w->model, w->suites, w->core);
}

static i64 find(struct db *d, const struct kept_wanted *w, struct earlier *to)
{
    struct db_rows *s = ask_for(d, w);
    i64 run = 0;
    if (db_next(d, s)) {
        run = db_int(s, 0);
        to->model = results_text(&to->points, "%s", db_text(s, 1));
        to->version = results_text(&to->points, "%s", db_text(s, 2));
        to->label = results_text(&to->points, "%s", db_text(s, 3));
        to->when = results_text(&to->points, "%s", db_text(s, 4));
    }
    db_done(s);
    return run;
}

static void read_points(struct db *d, i64 run, struct earlier *to)
{
    struct results *r = &to->points;
    struct db_rows *s =
        db_ask(d,
               "SELECT suite, core, family, name, measured, simulated, counted FROM accuracy_value"
               " JOIN accuracy_point ON accuracy_point.id = point WHERE run = ?"
               " ORDER BY accuracy_value.rowid",
               "i", run);
    while (db_next(d, s)) {
        struct result *p = results_add(r);
        p->set = results_text(r, "%s", db_text(s, 0));
        p->core = results_text(r, "%s", db_text(s, 1));
        p->family = results_text(r, "%s", db_text(s, 2));
        p->name = results_text(r, "%s", db_text(s, 3));
        p->unit = "";
        p->hw = p->low = p->high = db_real(s, 4);
        p->sim = db_real(s, 5);
        p->shown_only = !db_int(s, 6);
    }
    db_done(s);
}

bool kept_load(struct earlier *to, const char *path, const struct kept_wanted *w, bool *found,
               struct err *e)
{
    struct db d;
    i64 run = 0;
    if (db_open(&d, path, DB_READ, e) && has_tables(&d))
        run = find(&d, w, to);
    if (run)
        read_points(&d, run, to);
    *found = run != 0;
    return db_close(&d);
}

// -- The page --

// The latest points of a chart, in the order they were made.
static size_t chart_points(struct db *d, const char *model, const char *suite, const char *core,
                           struct trend_point *p)
{
    struct db_rows *s =
        db_ask(d,
               "SELECT * FROM (SELECT accuracy.id, made, label, family, error, low, high, points, "
               "e.rowid AS place"
               " FROM accuracy_error AS e JOIN accuracy ON accuracy.id = e.run WHERE model = ? AND "
               "suite = ?"
               " AND core = ? AND error IS NOT NULL ORDER BY accuracy.id DESC, place LIMIT ?)"
               " ORDER BY id, place",
               "ttti", model, suite, core, (i64)TREND_MOST);
    size_t n = 0;
    while (n < TREND_MOST && db_next(d, s)) {
        p[n].run = db_int(s, 0);
        snprintf(p[n].when, sizeof(p[n].when), "%s", db_text(s, 1));
        snprintf(p[n].label, sizeof(p[n].label), "%s", db_text(s, 2));
        snprintf(p[n].line, sizeof(p[n].line), "%s", db_text(s, 3));
        p[n].value = db_real(s, 4) * 100;
        p[n].low = db_real(s, 5) * 100;
        p[n].high = db_real(s, 6) * 100;
        p[n++].count = (u32)db_int(s, 7);
    }
    db_done(s);
    return n;
}

static void chart(struct db *d, struct db_rows *of, struct trend_point *p, FILE *f)
{
    static const struct trend_words words = { "%", "points" };
    const char *model = db_text(of, 0), *suite = db_text(of, 1), *core = db_text(of, 2);
    char heading[200];
    snprintf(heading, sizeof(heading), "%s on %s, %s model", suite, core, model);
    size_t n = chart_points(d, model, suite, core, p);
    if (n)
        trend_chart(f, heading, "Mean error |sim - hw| / min(sim, hw) of each family.", &words, p,
                    n);
}

bool kept_page(const char *path, FILE *f, struct err *e)
{
    struct db d;
    if (db_open(&d, path, DB_READ, e) && has_tables(&d)) {
        struct trend_point *p = calloc(TREND_MOST, sizeof(*p));
        if (!p)
            out_of_memory();
        trend_begin(
            f, "Accuracy of m2sim over time",
            "How far the simulated cores are from the measured ones, in %, with the interval "
            "that holds the mean of 95 of 100 resamplings of the points.");
        struct db_rows *s =
            db_ask(&d,
                   "SELECT model, suite, core FROM accuracy_error AS e JOIN accuracy"
                   " ON accuracy.id = e.run GROUP BY model, suite, core ORDER BY min(e.rowid)",
                   "");
        while (db_next(&d, s))
            chart(&d, s, p, f);
        db_done(s);
        trend_end(f);
        free(p);
    }
    return db_close(&d);
}
