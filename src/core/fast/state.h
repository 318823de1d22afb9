// state.h: everything the fast model remembers from one instruction to the next.
//
// The files of core/fast/ are parts of fast.c, cut by what they are about; all of
// them are inlined into one visit and no other file includes them.
#ifndef CORE_FAST_STATE_H
#define CORE_FAST_STATE_H

#include <string.h>

#include "core/fast/lanes.h"
#include "core/fast/loads.h"
#include "core/fast/ring.h"
#include "core/model.h"

enum {
    HORIZON = 2048,        // cycles a calendar looks ahead, a power of two
    WORDS = HORIZON / 64,
    FETCH_RING = 64,       // power of two, at least fetch.queue
    STORE_PORTS = 2,       // stores.width is the detailed model's
};

// A reorder buffer group.
struct group {
    cycle free;    // the cycle after its retirement
    u64 holds;     // what its instructions hold until then
    u64 late;      // most cycles a member kept it waiting << 8 | enum cause
    const struct plan *blame;   // that member
};

struct fast {
    struct core_parts *parts;
    const struct core_params *p;   // of `parts`, as are the next three
    struct hierarchy *memory;
    struct tlb *tlb;
    struct bpred *branch;

    // Fetch
    cycle fetch;            // of the current group
    u64 start, span;        // addresses that need no further look: span bytes from start
    u64 group_end;          // first address it cannot reach
    bool jumped;            // the next instruction is not behind the last one
    u64 line, page;         // of the last instruction fetched
    u32 passed;             // branches passed not taken in it
    bool redirect;          // the next instruction follows a misprediction
    u8 refill, starved;     // enum cause of slots lost: then, and otherwise
    cycle renamed[FETCH_RING];   // rename of the last instructions
    u32 width, depth, queue, line_shift, page_shift, fetch_width;
    bool cross_line;

    // Rename
    cycle now;
    u32 used, immediates;
    const struct plan *last;   // of the previous instruction
    u64 last_pc;
    u64 neighbours;            // number of an instruction that was the first of a group of them
    struct account account;

    // Issue
    struct lanes waiting;          // entries taken, by scheduler
    u32 emptier;                   // dispatch queue with more room when `now` began; 2: neither
    struct lanes leave[HORIZON];   // entries given back, by cycle
    u64 busy[UNITS_MAX][WORDS];
    // The scheduler of a unit has the unit's number, that of all memory units the
    // number of the first. A micro-op that has only one unit may also fill the whole
    // dispatch queue.
    u8 limit[LANES], limit_alone[LANES];
    u32 largest;               // scheduler
    struct lanes smaller;      // by how much a scheduler is smaller than the largest of all
    u32 memory_lane, memory_limit;
    u16 bound;                 // units with a scheduler of their own: bound at rename
    u16 half[2];               // integer units behind each dispatch queue
    u64 half_lanes[2];         // the bytes of their counts
    bool trios;                // they are u1 to u3 and u4 to u6
    u32 quad;                  // the FP units when there are four, all above the eighth; or ~0
    u32 turn;
    struct instr_units units;

    // Results
    cycle ready[2 * PLAN_REGS];   // the second half: as part of an address
    cycle loaded[PLAN_REGS];      // when the last load of it, moves followed, was done

    // Memory
    struct ring loads, stores;
    cycle safe;   // when loads, stores and branches so far can no longer be thrown away
    struct granule granule[FORWARD];
    cycle line_written[FORWARD_LINES];   // when the last store to lines of a hash is in the L1D
    u64 pair[PAIRS];           // PC of loads known to need a store
    u64 known[PAIR_SLOTS];     // the same, by hash
    u32 pairs, pair_count;     // how many this core can know, and knows
    u32 draw;                  // of which one is given up
    struct steady steady[STEADY];
    bool lap;                  // this core has a load address predictor
    u32 steadies;              // how many it knows, a power of two
    cycle predicted;           // when the last predicted address was used
    struct forwarding forward;
    u8 why;                    // enum cause of the last load's or store's latency
    struct write_ports ports;

    // Retire
    struct group *group;       // ring of the last ones, by number
    u32 group_mask, group_limit, rate;
    u32 oldest, next_group;    // numbers: those between are in flight
    struct group *open;        // the last of them
    cycle rate_free;           // when the group `rate` before it has retired
    u64 room;                  // of everything that is held (plan.h), with its guards set
    u32 group_left;            // of the open group: uops << 8 | issues; 0: none is open
    u32 group_whole;           // the same of a new one
    cycle retired;

    u64 instructions;
    struct times times;        // of the last one, when observed
    cycle interval_end;        // of the observer's
    struct fast_stats {
#define STAT(field, ...) u64 field;
#include "core/fast/fast_stats.def"
#undef STAT
    } s;
};

#endif
