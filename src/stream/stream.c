#include "stream/stream.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/oom.h"
#include "base/quiet.h"

enum { BATCHES = 8, BATCH_BYTES = RECORD_BATCH * sizeof(struct record) };

// Invariants, with the lock held:
//   (1) taken <= made <= taken + BATCHES - 1: the producer always owns batch `made`.
//   (2) batches taken … made - 1 are full (count[] records) and belong to the consumer.
struct stream {
    stream_consumer *take;
    void *ctx;
    bool threaded;
    struct recorder recorder;
    struct lines *lines;   // in front of it, or NULL
    struct record *batch[BATCHES];
    size_t count[BATCHES];
    u64 made, taken;
    bool ended;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, room;
};

static struct record *batch_of(struct stream *s, u64 n)
{
    return s->batch[n % BATCHES];
}

static void *consume(void *arg)
{
    struct stream *s = arg;
    quiet_thread();
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (s->taken == s->made && !s->ended)
            pthread_cond_wait(&s->more, &s->lock);
        if (s->taken == s->made)
            break;
        struct record *r = batch_of(s, s->taken);
        size_t n = s->count[s->taken % BATCHES];
        pthread_mutex_unlock(&s->lock);
        s->take(s->ctx, r, n);
        pthread_mutex_lock(&s->lock);
        s->taken++;
        pthread_cond_signal(&s->room);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

// Hands the producer's batch, whose first `n` records are made, to the consumer.
static struct record *publish(struct stream *s, size_t n)
{
    if (!s->threaded) {
        s->take(s->ctx, s->batch[0], n);
        return s->batch[0];
    }
    pthread_mutex_lock(&s->lock);
    s->count[s->made % BATCHES] = n;
    s->made++;
    pthread_cond_signal(&s->more);
    while (s->made - s->taken > BATCHES - 1)
        pthread_cond_wait(&s->room, &s->lock);
    pthread_mutex_unlock(&s->lock);
    return batch_of(s, s->made);
}

static struct record *next_batch(void *ctx, struct record *full)
{
    return publish(ctx, RECORD_BATCH);
}

void stream_tee(void *tee, const struct record *r, size_t n)
{
    const struct stream_tee *t = tee;
    t->take[0](t->ctx[0], r, n);
    t->take[1](t->ctx[1], r, n);
}

static struct record *new_batch(void)
{
    void *p = aligned_alloc(BATCH_BYTES, BATCH_BYTES);
    if (!p)
        out_of_memory();
    return p;
}

struct stream *stream_new(stream_consumer *take, void *ctx, bool threaded)
{
    struct stream *s = calloc(1, sizeof(*s));
    if (!s)
        out_of_memory();
    s->take = take;
    s->ctx = ctx;
    for (int k = 0; k < (threaded ? BATCHES : 1); k++)
        s->batch[k] = new_batch();
    s->recorder = (struct recorder){ s->batch[0], s->batch[0], next_batch, s };
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    pthread_cond_init(&s->room, NULL);
    sigset_t all, old;   // signals are for the threads that run the guest
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    s->threaded = threaded && pthread_create(&s->thread, NULL, consume, s) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return s;
}

struct recorder *stream_recorder(struct stream *s)
{
    return s->lines ? lines_recorder(s->lines) : &s->recorder;
}

void stream_tell_lines(struct stream *s, memory_read *read, void *who)
{
    s->lines = lines_new(&s->recorder, read, who);
}

void stream_sync(struct stream *s)
{
    struct recorder *r = &s->recorder;
    if (s->lines)
        lines_flush(s->lines);
    if (r->at > r->buffer)
        r->at = r->buffer = publish(s, (size_t)(r->at - r->buffer));
    pthread_mutex_lock(&s->lock);
    while (s->taken != s->made)
        pthread_cond_wait(&s->room, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    stream_sync(s);
    if (s->threaded) {
        pthread_mutex_lock(&s->lock);
        s->ended = true;
        pthread_cond_signal(&s->more);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
    }
    lines_free(s->lines);
    for (int k = 0; k < BATCHES; k++)
        free(s->batch[k]);
    pthread_cond_destroy(&s->more);
    pthread_cond_destroy(&s->room);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
