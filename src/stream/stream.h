// stream.h: carries records from the executor to whoever times them.
//
// A ring of batches. The consumer runs either inside the producer's calls (one host
// thread) or in a thread of its own; it sees the same records in the same order.
#ifndef STREAM_STREAM_H
#define STREAM_STREAM_H

#include <stdbool.h>

#include "stream/lines.h"
#include "stream/record.h"

struct stream;

// Called with consecutive runs of records, never concurrently with itself.
typedef void stream_consumer(void *ctx, const struct record *r, size_t n);

// A consumer that shows what it is given to two others, one after the other; `tee` is a
// struct stream_tee.
struct stream_tee {
    stream_consumer *take[2];
    void *ctx[2];
};
stream_consumer stream_tee;

// With `threaded`, the consumer gets a host thread. Freed by stream_free, which first
// lets the consumer finish.
struct stream *stream_new(stream_consumer *take, void *ctx, bool threaded);
void stream_free(struct stream *s);

// What to give exec_run(). It belongs to the stream.
struct recorder *stream_recorder(struct stream *s);

// From now on the records tell of memory (lines.h), which `read` reads on the producer's
// thread. Before stream_recorder.
void stream_tell_lines(struct stream *s, memory_read *read, void *who);

// Returns when every record made so far has been consumed. Only the producer may call it,
// outside exec_run().
void stream_sync(struct stream *s);

#endif
