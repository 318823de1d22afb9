// bounds.h: how much memory and how many processes a simulation may have, all its processes
// together. They share a page of counts; it knows nothing of address spaces, which say what they
// cost (space_list.h: region_cost).
#ifndef GUEST_BOUNDS_H
#define GUEST_BOUNDS_H

#include "base/types.h"

struct bounds;

static const u64 BOUNDS_MEMORY = (u64)16 << 30;   // by default; bytes
enum { BOUNDS_PROCESSES = 1024 };                 // by default

// Of the calling process, which has place 0; 0 is the default. NULL when the host has no memory.
struct bounds *bounds_new(u64 memory, u32 processes);
void bounds_free(struct bounds *b);

u64 bounds_memory(const struct bounds *b);
u32 bounds_processes(const struct bounds *b);
u64 bounds_host_memory(const struct bounds *b);   // what this host can give, bounds_host.h

// What a guest can be refused: memory and processes beyond the bounds; memory within them that
// the host has not; and, by others than this file, a network.
enum bounds_refusal { REFUSED_MEMORY, REFUSED_PROCESS, REFUSED_BY_HOST, REFUSED_NET };

// From now on refused(ctx, …) is called at each refusal, in the process that is refused (ctx is at
// the same place in all), with the lock of its space held.
void bounds_tell(struct bounds *b, void (*refused)(void *ctx, enum bounds_refusal what), void *ctx);

// Whether nothing of this kind was refused before, to any process.
bool bounds_first(struct bounds *b, enum bounds_refusal what);

// Takes `bytes` ahead of a change, to be given back when it is counted: false when there would be
// more than may be, or than the host has (REFUSED_BY_HOST).
bool bounds_reserve(struct bounds *b, u64 bytes);
void bounds_give_back(struct bounds *b, u64 bytes);

// The process at `place` has so many bytes more, or less.
void bounds_count(struct bounds *b, u32 place, i64 bytes);

// A place for a child that begins with `bytes`; -EAGAIN or -ENOMEM. Then: it is process `pid`
// of the host, or was not made (-1).
i64 bounds_fork(struct bounds *b, u64 bytes);
void bounds_forked(struct bounds *b, u32 place, int pid);

// In the child itself: false when `parent` was killed meanwhile and the place is lost.
bool bounds_child(struct bounds *b, u32 place, int parent);

// The process at `place` is about to end. Of one that was killed it is seen when room is needed.
void bounds_leave(struct bounds *b, u32 place);

// Whether process `pid` of the host has ended, its parent's wait or none.
bool bounds_ended(int pid);

#endif
