// loads.h: what the fast model remembers of loads and stores.
#ifndef CORE_FAST_LOADS_H
#define CORE_FAST_LOADS_H

#include "core/instr/plan.h"

enum {
    FORWARD = 2048,        // granules of 4 bytes remembered, a power of two
    FORWARD_LINES = 512,   // a power of two
    PAIRS = 128,           // most loads the dependence predictor can know
    PAIR_SLOTS = 512,      // a power of two
    STEADY = 64,           // most loads the load address predictor can know
};

// A load as the load address predictor sees it.
struct steady {
    u64 pc, addr;
    i32 stride;
    u32 seen;   // loads in a row that kept the stride
};

// When an instruction issues; a store: when it has its data. `access` is the cycle of the memory
// issue.
struct issued {
    cycle at, access;
    cycle known;   // when the address of a store was
    bool made;     // a store waits for a unit's result
    u8 parts;      // registers of a store whose data counts apart, or 0
    cycle part[PLAN_PARTS];   // when each is there
};

// Where a store's bytes are to be had before they are in the L1D.
struct granule {
    u64 number;      // address / 4 + 1; 0 is none
    cycle data;      // when the store has its data
    cycle written;   // when they are in the L1D
    u32 from;        // low bits of the address of the store
    u32 early : 21;  // cycles its address was there before its data
    u32 atomic : 1;  // what follows begins when it ends
    u32 made : 1;    // a unit made the data
    u32 narrow : 1;  // plan.narrow
    u32 size : 8;    // bytes
};

#endif
