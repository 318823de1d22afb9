// measures.h: what formats of other tools hold of each cost of a profile.
//
// First whole cycles, then slots, slots of each class of top-down, then each event. Slots are exact;
// cycles are rounded for each cost such that those of an instruction and of a function are right
// to one cycle, and those of all are all there are. Sums over paths are sums of these.
#ifndef PROFILE_MEASURES_H
#define PROFILE_MEASURES_H

#include "profile/profile.h"

enum { MEASURE_CYCLES, MEASURE_SLOTS, MEASURE_CLASSES };   // the first ones
enum { MOST_MEASURES = MEASURE_CLASSES + PROFILE_MOST_CAUSES + PROFILE_MOST_EVENTS };

struct measure {
    char name[40];   // "bad_speculation"
    const char *unit, *doc;
};

struct measures {
    const struct profile *p;
    u32 count;
    struct measure measure[MOST_MEASURES];
    u32 class_of[PROFILE_MOST_CAUSES];   // measure of a cause's class
    u32 events;   // the first event's
    u64 *cycles;   // of each cost
};

void measures_begin(struct measures *m, const struct profile *p);
void measures_end(struct measures *m);

// Adds what a cost is of each measure to `sum`.
void measures_add(const struct measures *m, u32 cost, u64 *sum);

// The instruction at an address, or PROFILE_NONE.
u32 profile_instruction_at(const struct profile *p, u64 address);

// The instruction in the function of a path's parent that it was called by; of one a jump came to, the
// call that it took the place of, if it can be told. PROFILE_NONE: nobody knows.
u32 profile_call_site(const struct profile *p, u32 path);

// The functions inlined at an instruction, innermost first, those of `room` that are innermost.
u32 profile_inlined_at(const struct profile *p, u32 instruction, u32 *inlined, u32 room);

enum { MOST_INLINED_FRAMES = 64 };

// An address in its file.
u64 profile_file_address(const struct profile *p, u32 object, u64 address);

#endif
