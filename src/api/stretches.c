#include "api/stretches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate/answers.h"

enum {
    LEAST = 1000000,   // instructions that count
    SETTLE = 50000,   // in front of those: timed, not only shown to caches and predictors
    LOOP_START = 50000,   // of a loop: behind what comes before it
};
#define CLOSE 0.008   // of the whole: 1 % is promised

struct stretches {
    struct calibration *c;
    const struct m2sim_accuracy *o;
    struct guest_point *const *at;
    struct cal_point *made;   // of each; stretch is NULL where there is none
    struct m2sim_error *error;
    bool failed;
    pthread_mutex_t lock;   // of c->answers
};

// The whole of what is measured.
struct whole {
    u64 start, end;   // instructions: the passes that count, or all of the program
    bool loop;        // it goes on
    double pass;      // of a pass, 0: it has none
    double cpi;
};

// What of it is recorded.
struct part {
    u64 from, warm, count;
};

// -- What is known of a program --

static bool find(struct stretches *s, u64 key, double *value)
{
    pthread_mutex_lock(&s->lock);
    bool found = answers_find(s->c->answers, key, value);
    pthread_mutex_unlock(&s->lock);
    return found;
}

static void keep(struct stretches *s, u64 key, double value)
{
    pthread_mutex_lock(&s->lock);
    answers_keep(s->c->answers, key, value);
    pthread_mutex_unlock(&s->lock);
}

bool api_digest_file(const char *path, u64 *digest, struct m2sim_error *e)
{
    char buf[65536];
    FILE *f = fopen(path, "rb");
    *digest = 0;
    for (size_t n = sizeof(buf); f && n == sizeof(buf);) {
        n = fread(buf, 1, sizeof(buf), f);
        *digest = answers_digest(*digest, buf, n);
    }
    bool ok = f && !ferror(f);
    if (f)
        fclose(f);
    return ok || api_fail(e, M2SIM_EXIT_NO_INPUT, "%.400s: cannot be read", path);
}

static struct m2sim_options options_of(const struct stretches *s, const struct guest_point *p,
                                       char **argv)
{
    return (struct m2sim_options){ .program = p->path,
                                   .argv = argv,
                                   .model = s->o->model,
                                   .core = s->o->core,
                                   .max_instructions = p->limit,
                                   .threads = 1 };
}

static bool time_whole(const struct stretches *s, const struct guest_point *p, u64 passes,
                       struct accuracy_run *run, struct m2sim_error *e)
{
    char text[256], *argv[GUEST_WORDS];
    accuracy_words(p, passes, text, argv);
    struct m2sim_options m = options_of(s, p, argv);
    return accuracy_time(s->o, &m, run, e) &&
           (run->status == 0 || run->status == M2SIM_EXIT_LIMIT ||
            api_fail(e, M2SIM_EXIT_DATA, "%.300s %.60s: status %d, its result is wrong", p->path,
                     p->arguments, run->status));
}

static bool measure_whole(const struct stretches *s, const struct guest_point *p, struct whole *w,
                          struct m2sim_error *e)
{
    struct accuracy_run once = { 0 }, twice = { 0 };
    if (!time_whole(s, p, p->passes, &once, e) ||
        (p->passes && !time_whole(s, p, 2 * p->passes, &twice, e)))
        return false;
    if (!p->passes) {
        *w = (struct whole){ 0, once.instructions, false, 0,
                             (double)once.cycles / (double)once.instructions };
        return true;
    }
    double more = (double)twice.instructions - (double)once.instructions;
    *w = (struct whole){ once.instructions, twice.instructions, false, more / (double)p->passes,
                         ((double)twice.cycles - (double)once.cycles) / more };
    return true;
}

// Asked once of a program, a core and a model.
static bool know_whole(struct stretches *s, const struct guest_point *p, u64 key, struct whole *w,
                       struct m2sim_error *e)
{
    double start, end;
    if (find(s, key + 1, &start) && find(s, key + 2, &end) && find(s, key + 3, &w->pass) &&
        find(s, key + 4, &w->cpi)) {
        w->start = (u64)start;
        w->end = (u64)end;
        return true;
    }
    if (!measure_whole(s, p, w, e))
        return false;
    keep(s, key + 1, (double)w->start);
    keep(s, key + 2, (double)w->end);
    keep(s, key + 3, w->pass);
    keep(s, key + 4, w->cpi);
    return true;
}

// -- A stretch --

static bool record(const struct stretches *s, const struct guest_point *p, const struct whole *w,
                   const struct part *part, struct stretch **made, struct m2sim_error *e)
{
    char text[256], *argv[GUEST_WORDS];
    u64 end = part->from + part->warm + part->count, passes = p->passes;
    if (w->pass > 0 && end > w->start)   // and some more, for programs that count them roughly
        passes += (u64)ceil(1.1 * (double)(end - w->start) / w->pass) + 1;
    accuracy_words(p, passes, text, argv);
    struct m2sim_options m = options_of(s, p, argv);
    m.mode = M2SIM_COUNT;
    m.max_instructions = end;
    *made = stretch_new(part->from, part->warm + part->count);
    struct m2sim *run = api_watched(&m, stretch_take, *made, e);
    if (run) {
        m2sim_run(run);
        m2sim_free(run);
        stretch_end(*made);
        if (stretch_is_full(*made))
            return true;
        api_fail(e, M2SIM_EXIT_DATA, "%.300s %.60s: ends after %llu instructions", p->path,
                 p->arguments, (unsigned long long)(*made)->seen);
    }
    stretch_free(*made);
    return false;
}

// The tries, each dearer than the one before: instructions in front, and whether those that count are
// whole passes, also of more than LEAST, or twice as many.
static const struct {
    u64 warm;
    bool more;
} tries[] = {
    { 100000, false },  { 1000000, false },  { 1000000, true },
    { 4000000, false }, { 4000000, true },   { 8000000, false },
    { 8000000, true },  { 16000000, false }, { 16000000, true },
};

static bool choose(const struct whole *w, u32 n, struct part *part)
{
    u64 all = w->end - w->start;
    if (!w->start && !w->loop && all <= 3 * LEAST) {   // short, and its start counts
        *part = (struct part){ 0, 0, all };
        return n == 0;
    }
    if (n >= COUNT(tries))
        return false;
    u64 warm = tries[n].warm, count = tries[n].more ? 2 * LEAST : LEAST;
    if (w->pass > 0 && (w->pass <= LEAST || tries[n].more))
        count = (u64)(ceil(LEAST / w->pass) * w->pass + 0.5);
    if (!w->start)   // a loop, or a program that does its work ten times
        *part = (struct part){ w->loop ? LOOP_START : all / 10, warm, count };
    else
        *part = (struct part){ w->start > warm ? w->start - warm : 0, warm, count };
    return true;
}

static void time_from(struct cal_point *to, const struct part *part, struct stretch *made)
{
    to->stretch = made;
    to->warm = part->warm;
    to->count = part->count;
    to->timed = stretch_place(made, part->warm > SETTLE ? part->warm - SETTLE : 0);
    to->from = stretch_place(made, part->warm);
    to->to = stretch_place(made, part->warm + part->count);
}

static bool is_close(const struct stretches *s, const struct cal_point *p, double cpi)
{
    struct cal_point plain = *p;
    plain.scale = 1;
    double got = cal_replay(&plain, s->c->base, s->c->fit->model);
    return fabs(got / cpi - 1) <= CLOSE;
}

static bool find_stretch(struct stretches *s, const struct guest_point *p, const struct whole *w,
                         u64 key, struct cal_point *to, struct m2sim_error *e)
{
    struct stretch *made = NULL;
    struct part part;
    double which;
    bool known = find(s, key + 5, &which);
    for (u32 n = known ? (u32)which : 0; choose(w, n, &part); n++) {
        stretch_free(made);
        if (!record(s, p, w, &part, &made, e))
            return false;
        time_from(to, &part, made);
        if (!known && !is_close(s, to, w->cpi))
            continue;
        if (!known)
            keep(s, key + 5, n);
        return true;
    }
    stretch_free(made);
    to->stretch = NULL;
    const u32 none = COUNT(tries);
    if (!known)
        keep(s, key + 5, none);
    return true;
}

// Of what a row says of its trust, and of what no model of these parameters would explain.
static double sd_of(const struct result *r)
{
    double model = 0.03, read = 0.02;
    if (r->low < r->high && r->low > 0)
        read = log(r->high / r->low) / 4;
    return sqrt(model * model + read * read);
}

static bool make(struct stretches *s, size_t k)
{
    const struct guest_point *p = s->at[k];
    struct cal_point *to = &s->made[k];
    struct whole w = { .loop = false };
    u64 file;
    if (!api_digest_file(p->path, &file, &s->error[k]))
        return false;
    u64 key = answers_text(file, p->arguments);
    key = answers_digest(key, &p->passes, sizeof(p->passes));
    u64 of[] = { p->limit, cal_seed(s->c) };
    key = answers_digest(key, of, sizeof(of));
    if (!know_whole(s, p, key, &w, &s->error[k]))
        return false;
    w.loop = p->limit > 0;
    if (!p->passes && accuracy_is_other_code(p, (double)w.end))
        return true;
    to->r = p->r;
    to->sd = sd_of(&p->r);
    to->scale = p->passes ? w.pass / p->units : p->scale;
    to->r = p->r;
    if (!find_stretch(s, p, &w, key, to, &s->error[k]))
        return false;
    if (!to->stretch)
        return true;
    to->digest = answers_digest(0, to->stretch->at, to->stretch->records * sizeof(struct record));
    to->digest = answers_digest(to->digest, &to->scale, sizeof(to->scale));
    u64 places[] = { to->from, to->to };
    to->digest = answers_digest(to->digest, places, sizeof(places));
    return true;
}

static void job(void *ctx, struct lab *none, size_t k)
{
    (void)none;
    struct stretches *s = ctx;
    if (!s->at[k]->built || s->at[k]->r.shown_only || (s->c->o.stop && *s->c->o.stop) ||
        __atomic_load_n(&s->failed, __ATOMIC_RELAXED))
        return;
    if (!make(s, k))
        __atomic_store_n(&s->failed, true, __ATOMIC_RELAXED);
}

bool api_add_stretches(struct calibration *c, const struct m2sim_accuracy *o,
                       const struct guest_points *all, struct m2sim_error *e)
{
    struct stretches s = { .c = c, .o = o, .at = all->at, .lock = PTHREAD_MUTEX_INITIALIZER };
    struct err err = { "" };
    s.made = ARENA_ARRAY(c->arena, all->count + 1, struct cal_point);
    s.error = ARENA_ARRAY(c->arena, all->count + 1, struct m2sim_error);
    struct fit f = *c->fit;
    f.config = NULL;
    bool ok = fit_jobs(&f, "recording", all->count, job, &s, &err);
    pthread_mutex_destroy(&s.lock);
    c->stopped |= c->o.stop && *c->o.stop;
    for (size_t k = 0; k < all->count; k++) {
        if (ok && s.error[k].exit_code) {
            *e = s.error[k];
            ok = false;
        } else if (ok && all->at[k]->built && !s.made[k].stretch) {
            c->left_out++;
        } else if (!ok || !s.made[k].stretch || !cal_add(c, &s.made[k], &err)) {
            stretch_free(s.made[k].stretch);
        }
    }
    return ok && (!*err.text || api_fail_for(e, M2SIM_EXIT_INTERNAL, &err)) &&
           (answers_flush(c->answers, &err) || api_fail_for(e, M2SIM_EXIT_OUTPUT, &err));
}
