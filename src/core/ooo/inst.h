// inst.h: instructions, micro-ops and groups in flight in the detailed model.
#ifndef CORE_OOO_INST_H
#define CORE_OOO_INST_H

#include "core/model.h"

#ifdef NDEBUG
#define debug_assert(x) ((void)0)
#else
#include <assert.h>
#define debug_assert(x) assert(x)
#endif

enum {
    WINDOW = 8192,      // instructions fetched and not retired, a power of two
    STRUCTURE_MOST = WINDOW, // entries of anything taken, a power of two
    INPUT = 16384,      // records kept until retirement, a power of two
    WHEEL = 512,        // cycles ahead for which wake-ups are sorted, a power of two
    BUCKETS = 1024,     // of stores and loads, by line
    NONE = 0xffff,      // no instruction, op, link
    LANES = UNITS_MAX,  // schedulers
    OP_SOURCES = 8,     // links of an op: sources, then LINK_STORE and LINK_FIRST
    LINK_STORE = 6,     // the store a load was told to wait for
    LINK_FIRST = 7,     // the first issue of the same instruction
    UNDO = PLAN_RESULTS + 1,
};

// What a register maps to: the place of an instruction, and which of its results. The
// second register of a pair loaded is no faster as an address (M2, measured/m2-probes.csv).
enum { SOURCE_BASE = 1, SOURCE_SECOND = 2, SOURCE_BITS = 2 };

static const cycle UNKNOWN = 1ull << 62;

enum {
    INST_WRONG = 1,          // of a wrong path
    INST_MISPREDICTED = 2,
    INST_TAKEN = 4,
    INST_TAIL = 8,           // fused to the one before
    INST_HEAD = 16,          // the next is fused to it
    INST_RENAMED_AWAY = 32,  // never issues
    INST_PREDICTED = 64,     // bpred_predict was asked
    INST_ADDRESS = 128,      // its address was predicted (load)
};

struct input {
    struct plan *plan;
    u64 head, addr;   // of struct record
};

struct inst {
    const struct plan *plan;
    u64 pc, addr;           // addr: accessed, where the branch goes, or the bits of a quotient
    cycle avail;            // reaches rename
    cycle use, use_address; // results: a consumer may issue; UNKNOWN before
    cycle base;             // the same for the base register
    cycle from;             // latest issue, less its delay
    cycle done;             // may retire; UNKNOWN before
    u64 in;                 // its record, or that of the first on the right path
    u64 load, store;        // its number among loads, stores; of others: the next one's
    u16 waiters, base_waiters, first_waiters;   // links
    u16 group;
    u16 branch;             // place of its prediction
    u16 data_op;            // of a store; NONE once its data is there
    u16 undo[UNDO];         // what its results' registers mapped to
    u8 pending;             // issues, data and loaded value to come
    u8 accesses;            // issues to come before memory is accessed
    u8 flags;
    u8 cause;               // why it arrived late
    u8 level;               // enum cause of a load under way
    u8 fill[1];
};

struct uop {
    u64 seq;                // of its instruction
    cycle ready;            // when the last known source is there
    u16 units;
    u16 next;               // in its wheel slot, or free
    u16 source[OP_SOURCES]; // references still waited for, NONE otherwise
    u8 issue;               // index in the plan, or UOP_DATA
    u8 wait;                // sources not known
    u8 lane;                // scheduler; LANES while in a dispatch queue, and of data while its
                            // store's address has the entry
    u8 state;
};

enum { UOP_DATA = 15 };
enum { UOP_FREE, UOP_QUEUED, UOP_WAITING, UOP_TIMED, UOP_READY };

struct group {
    u64 first;         // number of its first instruction
    cycle done;        // of those known
    u32 uops, issues, writes, pending, count;
};

struct squash {
    u64 seq;           // the first thrown away
    u64 in;            // record to go on with
    cycle resume;      // of fetch
    u8 cause;
    bool wanted;
    const struct plan *blame;
    vaddr load, store;   // a pair to learn; 0: none
};

#endif
