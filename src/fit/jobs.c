#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"

enum { MOST_THREADS = 64 };

struct pool {
    const struct fit *fit;
    const char *what;
    size_t n, next, done;
    void (*job)(void *ctx, struct lab *l, size_t k);
    void *ctx;
    pthread_mutex_t lock;
};

struct worker {
    struct pool *pool;
    struct lab *lab;
    pthread_t thread;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    pthread_mutex_lock(&p->lock);
    while (p->next < p->n) {
        size_t k = p->next++;
        pthread_mutex_unlock(&p->lock);
        if (w->lab)
            lab_reset(w->lab);
        p->job(p->ctx, w->lab, k);
        pthread_mutex_lock(&p->lock);
        p->done++;
        if (p->fit->progress)
            p->fit->progress(p->fit->ctx, p->what, p->done, p->n);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

bool fit_jobs(const struct fit *f, const char *what, size_t n,
              void (*job)(void *ctx, struct lab *l, size_t k), void *ctx, struct err *e)
{
    struct pool p = { f, what, n, 0, 0, job, ctx, PTHREAD_MUTEX_INITIALIZER };
    struct config c;
    if (f->config) {   // what was measured had touched its pages long before
        c = *f->config;
        if (c.origin[PARAM_l2_first_touch].kind != ORIGIN_SET)
            strcpy(c.core.l2_first_touch, "none");
    }
    struct worker w[MOST_THREADS];
    u32 threads = f->threads < 1 ? 1 : f->threads > MOST_THREADS ? MOST_THREADS : f->threads;
    u32 made = 0, started = 1;
    for (; made < threads && made < n; made++) {
        w[made] = (struct worker){ &p, f->config ? lab_new(&c, f->model, e) : NULL, 0 };
        if (f->config && !w[made].lab)
            break;
    }
    bool ok = made == threads || made == n;
    for (; ok && started < made; started++)
        if (pthread_create(&w[started].thread, NULL, work, &w[started]) != 0)
            break;
    if (ok && made)
        work(&w[0]);
    for (u32 k = 1; ok && k < started && k < made; k++)
        pthread_join(w[k].thread, NULL);
    for (u32 k = 0; k < made && f->config; k++)
        lab_free(w[k].lab);
    pthread_mutex_destroy(&p.lock);
    return ok;
}
