// observe.h: who wants to see instructions as the core times them.
//
// A profile over time, a pipeline trace and a sampler are observers: functions that are told
// of each instruction when it retires or is thrown away, and of the end of each interval. It
// costs nothing when nobody listens.
#ifndef CORE_OBSERVE_H
#define CORE_OBSERVE_H

#include "base/types.h"

struct plan;

// The cycles at which an instruction passed the stages; one it did not pass is 0. Where a
// model has no such stage the cycle is that of the stage before.
struct times {
    u64 seq;          // rises by one an instruction in fetch order; those thrown away count
    cycle fetch;      // its bytes were there
    cycle rename;
    cycle dispatch;   // its first micro-op came to a scheduler
    cycle issue;      // the last of its micro-ops issued
    cycle done;       // it may retire
    cycle retire;     // or was thrown away
    u8 cause;         // enum cause: what it waited for before it came to rename
    bool squashed;    // thrown away: of a wrong path, or to be done again
    bool wrong;       // of a wrong path
};

// Cycles are those of the model that runs. Either function may be NULL.
struct observer {
    void (*inst)(void *ctx, vaddr pc, const struct plan *p, const struct times *t);
    void (*interval)(void *ctx, cycle end);   // when the core's clock has passed `end`
    u64 every;                                // cycles of an interval
    void *ctx;
};

#endif
