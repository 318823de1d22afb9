#include "api/draws.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "base/quiet.h"

// Records shown at a time: 2 MiB, which take so long that going from core to core, and waiting for
// the slowest thread, costs little.
enum { CHUNK = 1 << 17, MOST_THREADS = 256 };

struct drawn {
    struct arena *arena;   // its own: cores allocate for code that is new to them
    struct config config;
    struct core *core;
};

// The chunk that is filled is the caller's alone. With the lock held:
//   (1) `shown` of chunk `at_work` is being shown, or nothing while `left` is 0
//   (2) cores below `next` have been taken by a thread, and `left` are not yet done
struct draws {
    struct drawn *drawn;
    u32 count, kept;
    struct record *chunk[2];
    size_t filled;
    u32 filling;   // the chunk
    const struct record *at_work;
    size_t shown;
    u32 next, left;
    bool ended;
    pthread_t thread[MOST_THREADS];
    u32 threads;   // 0: the caller does it all
    pthread_mutex_t lock;
    pthread_cond_t more, done;
};

static void *show(void *arg)
{
    struct draws *d = arg;
    quiet_thread();
    pthread_mutex_lock(&d->lock);
    for (;;) {
        while (d->next >= d->count && !d->ended)
            pthread_cond_wait(&d->more, &d->lock);
        if (d->ended)
            break;
        struct core *core = d->drawn[d->next++].core;
        const struct record *r = d->at_work;
        size_t n = d->shown;
        pthread_mutex_unlock(&d->lock);
        core_feed(core, r, n);
        pthread_mutex_lock(&d->lock);
        if (!--d->left)
            pthread_cond_signal(&d->done);
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

static void wait_all(struct draws *d)
{
    pthread_mutex_lock(&d->lock);
    while (d->left)
        pthread_cond_wait(&d->done, &d->lock);
    pthread_mutex_unlock(&d->lock);
}

// Hands on what was collected.
static void publish(struct draws *d)
{
    if (!d->filled)
        return;
    if (!d->threads) {
        for (u32 k = 0; k < d->count; k++)
            core_feed(d->drawn[k].core, d->chunk[0], d->filled);
    } else {
        wait_all(d);
        pthread_mutex_lock(&d->lock);
        d->at_work = d->chunk[d->filling];
        d->shown = d->filled;
        d->next = 0;
        d->left = d->count;
        pthread_cond_broadcast(&d->more);
        pthread_mutex_unlock(&d->lock);
        d->filling ^= 1;
    }
    d->filled = 0;
}

void draws_feed(struct draws *d, const struct record *r, size_t n)
{
    while (n) {
        size_t room = CHUNK - d->filled, some = n < room ? n : room;
        memcpy(d->chunk[d->filling] + d->filled, r, some * sizeof(*r));
        d->filled += some;
        r += some;
        n -= some;
        if (d->filled == CHUNK)
            publish(d);
    }
}

void draws_drain(struct draws *d)
{
    publish(d);
    wait_all(d);
    for (u32 k = 0; k < d->count; k++)
        core_drain(d->drawn[k].core);
}

static u32 processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) ? 1 : (u32)CPU_COUNT(&set);
}

static void start_threads(struct draws *d, u32 threads)
{
    sigset_t all, old;   // signals are for the threads that run the guest
    u32 most = d->count < MOST_THREADS ? d->count : MOST_THREADS;
    if (!threads)
        threads = processors();
    if (threads == 1)
        return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (d->threads < threads && d->threads < most &&
           pthread_create(&d->thread[d->threads], NULL, show, d) == 0)
        d->threads++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static struct record *new_chunk(void)
{
    struct record *r = malloc(CHUNK * sizeof(*r));
    if (!r)
        out_of_memory();
    return r;
}

struct draws *draws_new(const struct config *c, const char *model, u32 count, u64 seed, u32 threads,
                        struct err *e)
{
    struct draws *d = calloc(1, sizeof(*d));
    struct drawn *all = calloc(count, sizeof(*all));
    if (!d || !all)
        out_of_memory();
    *d = (struct draws){ .drawn = all, .next = count };
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->more, NULL);
    pthread_cond_init(&d->done, NULL);
    for (bool ok = true; ok && d->count < count;) {
        struct drawn *one = &all[d->count];
        d->kept += !config_draw(&one->config, c, seed, d->count);
        d->count++;
        one->arena = arena_new();
        one->core = core_new(one->arena, &one->config, model, e);
        ok = one->core;
    }
    if (!all[count - 1].core) {
        draws_free(d);
        return NULL;
    }
    d->chunk[0] = new_chunk();
    d->chunk[1] = new_chunk();
    start_threads(d, threads);
    return d;
}

void draws_free(struct draws *d)
{
    if (!d)
        return;
    wait_all(d);
    pthread_mutex_lock(&d->lock);
    d->ended = true;
    pthread_cond_broadcast(&d->more);
    pthread_mutex_unlock(&d->lock);
    for (u32 k = 0; k < d->threads; k++)
        pthread_join(d->thread[k], NULL);
    for (u32 k = 0; k < d->count; k++)
        arena_free(d->drawn[k].arena);
    free(d->drawn);
    free(d->chunk[0]);
    free(d->chunk[1]);
    pthread_cond_destroy(&d->done);
    pthread_cond_destroy(&d->more);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

u32 draws_count(const struct draws *d)
{
    return d->count;
}

u32 draws_kept(const struct draws *d)
{
    return d->kept;
}

const struct core *draws_core(const struct draws *d, u32 k)
{
    return d->drawn[k].core;
}

const struct config *draws_config(const struct draws *d, u32 k)
{
    return &d->drawn[k].config;
}
