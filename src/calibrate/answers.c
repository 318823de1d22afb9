#include "calibrate/answers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/oom.h"
#include "history/db.h"

// An open hash table of what is known; entries from `kept` on are not in the file yet.
struct answers {
    char *file;   // or NULL
    u64 build;
    u64 *key;
    double *value;
    size_t count, room;
    u64 *fresh;
    size_t fresh_count, fresh_room;
};

u64 answers_digest(u64 seed, const void *data, size_t n)
{
    return XXH3_64bits_withSeed(data, n, seed);
}

u64 answers_text(u64 seed, const char *text)
{
    return answers_digest(seed, text, strlen(text) + 1);
}

// -- The table --

static size_t place(const struct answers *a, u64 key)
{
    size_t k = key & (a->room - 1);
    while (a->key[k] && a->key[k] != key)
        k = (k + 1) & (a->room - 1);
    return k;
}

static void grow(struct answers *a)
{
    struct answers old = *a;
    a->room = a->room ? 2 * a->room : 4096;
    a->key = calloc(a->room, sizeof(*a->key));
    a->value = calloc(a->room, sizeof(*a->value));
    if (!a->key || !a->value)
        out_of_memory();
    for (size_t k = 0; k < old.room; k++)
        if (old.key[k]) {
            size_t to = place(a, old.key[k]);
            a->key[to] = old.key[k];
            a->value[to] = old.value[k];
        }
    free(old.key);
    free(old.value);
}

static void put(void *ctx, u64 key, double value)
{
    struct answers *a = ctx;
    key += !key;   // 0 is free
    if (2 * a->count >= a->room)
        grow(a);
    size_t k = place(a, key);
    a->count += !a->key[k];
    a->key[k] = key;
    a->value[k] = value;
}

bool answers_find(struct answers *a, u64 key, double *value)
{
    key += !key;
    size_t k = place(a, key);
    if (!a->key[k])
        return false;
    *value = a->value[k];
    return true;
}

void answers_keep(struct answers *a, u64 key, double value)
{
    put(a, key, value);
    if (a->fresh_count == a->fresh_room) {
        a->fresh_room = a->fresh_room ? 2 * a->fresh_room : 1024;
        a->fresh = realloc(a->fresh, a->fresh_room * sizeof(*a->fresh));
        if (!a->fresh)
            out_of_memory();
    }
    a->fresh[a->fresh_count++] = key + !key;
}

// -- The file --

static bool read_file(struct answers *a, struct err *e)
{
    struct db d;
    if (db_open(&d, a->file, DB_ADD, e)) {
        db_begin(&d, "CREATE TABLE IF NOT EXISTS answer(key INTEGER PRIMARY KEY, value REAL);");
        db_commit(&d);
        struct db_rows *rows = db_ask(&d, "SELECT key, value FROM answer", "");
        while (db_next(&d, rows))
            if (!isnan(db_real(rows, 1)))
                put(a, (u64)db_int(rows, 0), db_real(rows, 1));
        db_done(rows);
    }
    return db_close(&d);
}

struct answers *answers_new(const char *file, const char *build, struct err *e)
{
    struct answers *a = calloc(1, sizeof(*a));
    if (!a || (file && !(a->file = strdup(file))))
        out_of_memory();
    grow(a);
    a->build = answers_text(0, build);
    if (!file || read_file(a, e))
        return a;
    answers_free(a);
    return NULL;
}

void answers_free(struct answers *a)
{
    if (!a)
        return;
    free(a->file);
    free(a->key);
    free(a->value);
    free(a->fresh);
    free(a);
}

bool answers_flush(struct answers *a, struct err *e)
{
    struct db d;
    size_t n = a->fresh_count;
    a->fresh_count = 0;
    if (!a->file || !n)
        return true;
    if (db_open(&d, a->file, DB_ADD, e)) {
        db_begin(&d, "");
        for (size_t k = 0; k < n; k++)
            db_run(&d, "INSERT OR REPLACE INTO answer VALUES(?,?)", "ir", (i64)a->fresh[k],
                   a->value[place(a, a->fresh[k])]);
        db_commit(&d);
    }
    return db_close(&d);
}

// -- Asking --

struct asking {
    struct calibration *c;
    const struct config *config;
    double *sim;
    u64 *key;
    bool *missing;
    size_t *order;   // of stretches, the longest first
    size_t stretches;
};

static bool stopped(const struct calibration *c)
{
    return c->o.stop && *c->o.stop;
}

u64 cal_seed(const struct calibration *c)
{
    u64 key = answers_text(c->answers->build, c->fit->model);
    key = answers_text(key, c->base->digest);
    // Measured pages have been touched, unless one says otherwise (fit_jobs).
    u8 said = c->base->origin[PARAM_l2_first_touch].kind == ORIGIN_SET;
    return answers_digest(key, &said, sizeof(said));
}

// What the screening has not seen to move the point is left out, but not forgotten: another screening
// may leave out others, and a run with the whole digest asks for what is exact.
static u64 key_of(const struct calibration *c, const struct config *config, bool known, size_t k)
{
    const struct cal_point *point = &c->point[k];
    u64 seed = answers_digest(cal_seed(c), &point->digest, sizeof(u64)), left_out = 0;
    if (!point->stretch)   // the table says what is run
        seed = answers_digest(seed, strcmp(point->r.set, "probes") ? &c->sequences : &c->probes,
                              sizeof(u64));
    u64 key = seed;
    for (u32 p = 0; p < c->params; p++) {
        enum core_param id = c->param[p].id;
        struct {
            u64 id;
            double value;
        } change = { id, param_number(&config->core, id) };
        if (change.value == param_number(&c->base->core, id))
            continue;
        if (known && c->most && c->most[p * c->points + k] < CAL_MOVED)
            left_out = answers_digest(left_out, &change.id, sizeof(change.id));
        else
            key = answers_digest(key, &change, sizeof(change));
    }
    return key != seed && left_out ? answers_digest(key, &left_out, sizeof(left_out)) : key;
}

static void replay(void *ctx, struct lab *none, size_t j)
{
    (void)none;
    struct asking *a = ctx;
    size_t k = a->order[j];
    if (!stopped(a->c))
        a->sim[k] = cal_replay(&a->c->point[k], a->config, a->c->fit->model);
}

static int longest_first(const void *x, const void *y, void *ctx)
{
    const struct asking *a = ctx;
    const struct cal_point *p = &a->c->point[*(const size_t *)x],
                           *q = &a->c->point[*(const size_t *)y];
    return p->to != q->to ? (p->to < q->to ? 1 : -1) : (p > q) - (p < q);
}

static bool ask_stretches(struct asking *a, struct err *e)
{
    struct fit f = *a->c->fit;
    f.config = NULL;
    f.progress = NULL;
    for (size_t k = 0; k < a->c->points; k++)
        if (a->missing[k] && a->c->point[k].stretch)
            a->order[a->stretches++] = k;
    qsort_r(a->order, a->stretches, sizeof(*a->order), longest_first, a);
    return fit_jobs(&f, "", a->stretches, replay, a, e);
}

static size_t find_point(const struct asking *a, u64 digest)
{
    size_t k = 0;
    while (k < a->c->points && (a->c->point[k].stretch || a->c->point[k].digest != digest))
        k++;
    return k;
}

static bool wants(void *ctx, const struct result *r)
{
    const struct asking *a = ctx;
    size_t k = find_point(a, cal_lab_digest(r));
    return k < a->c->points && a->missing[k] && !stopped(a->c);
}

static bool ask_lab(struct asking *a, const char *set, struct err *e)
{
    bool any = false;
    for (size_t k = 0; k < a->c->points; k++)
        any |= a->missing[k] && !a->c->point[k].stretch && !strcmp(a->c->point[k].r.set, set);
    if (!any)
        return true;
    struct results r = { .arena = arena_new() };
    struct fit f = *a->c->fit;
    f.results = &r;
    f.config = a->config;
    f.progress = NULL;
    f.wants = wants;
    f.wants_ctx = a;
    bool ok = strcmp(set, "probes") ? fit_sequences(&f, e) : fit_probes(&f, e);
    for (size_t n = 0; ok && n < r.count; n++) {
        u64 digest = isnan(r.at[n].sim) ? 0 : cal_lab_digest(&r.at[n]);
        for (size_t k = find_point(a, digest); digest && k < a->c->points; k++)
            if (!a->c->point[k].stretch && a->c->point[k].digest == digest)   // of two machines
                a->sim[k] = r.at[n].sim;
    }
    free(r.at);
    arena_free(r.arena);
    return ok;
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool ask_missing(struct asking *a, struct err *e)
{
    struct calibration *c = a->c;
    double began = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t missing = 0;
    for (size_t k = 0; k < c->points; k++)
        missing += a->missing[k];
    bool ok =
        !missing || (ask_stretches(a, e) && ask_lab(a, "sequences", e) && ask_lab(a, "probes", e));
    if (!ok || (c->stopped |= stopped(c)))
        return false;
    for (size_t k = 0; k < c->points; k++)
        if (a->missing[k]) {
            a->sim[k] = isnan(a->sim[k]) ? 0 : a->sim[k];
            answers_keep(c->answers, a->key[k], a->sim[k]);
        }
    if (missing == c->points) {
        c->seconds = seconds(CLOCK_MONOTONIC) - began;
        c->cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    c->runs++;
    c->asked += missing;
    return answers_flush(c->answers, e);
}

bool cal_ask(struct calibration *c, const struct config *config, bool known, double *sim,
             struct err *e)
{
    struct arena *scratch = arena_new();
    struct asking a = { .c = c, .config = config, .sim = sim };
    a.key = ARENA_ARRAY(scratch, c->points + 1, u64);
    a.missing = ARENA_ARRAY(scratch, c->points + 1, bool);
    a.order = ARENA_ARRAY(scratch, c->points + 1, size_t);
    for (size_t k = 0; k < c->points; k++) {
        a.key[k] = key_of(c, config, known, k);
        a.missing[k] = c->timing || !answers_find(c->answers, a.key[k], &sim[k]);
        if (a.missing[k])
            sim[k] = NAN;
    }
    bool ok = ask_missing(&a, e);
    arena_free(scratch);
    return ok;
}
