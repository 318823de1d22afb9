// stretch.h: a stretch of a run, kept in memory to be looked at again and again.
//
// It is a consumer of the run's records. What comes before instruction `from` is dropped but for
// the definitions, which stand in front of the stretch; so it can be fed to a core by itself.
#ifndef STREAM_STRETCH_H
#define STREAM_STRETCH_H

#include "stream/record.h"

struct stretch {
    struct record *at;     // definitions, then `count` instructions and what lies between them
    size_t records;
    u64 from, count;       // instructions of the run: the first, and how many
    // Of its making.
    u64 seen;              // instructions that came by
    size_t room;
    struct record *known;  // definitions before `from`, by pc; head is 0 where there is none
    size_t known_count, known_room;
};

// Takes up to `most` instructions from number `from`, counted from 0, on.
struct stretch *stretch_new(u64 from, u64 most);
void stretch_free(struct stretch *s);

// A stream_consumer; `s` is a struct stretch.
void stretch_take(void *s, const struct record *r, size_t n);

// Whether all was taken: what else comes is dropped.
bool stretch_is_full(const struct stretch *s);

// Gives back what only its making needs.
void stretch_end(struct stretch *s);

// The place in `at` of instruction number `k` of the stretch, or of its end.
size_t stretch_place(const struct stretch *s, u64 k);

#endif
