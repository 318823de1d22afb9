// ooo.h: the detailed model: an out-of-order core, cycle by cycle.
//
// Functional first: the records say what was executed and where memory was touched;
// the model decides when. A cycle runs its stages from the last to the first (retire,
// issue, dispatch, rename, fetch), so that each sees what the one behind it did in the
// cycle before, and no copy of the next state is needed. When no stage can act, time
// jumps to the next cycle in which one can.
//
// An instruction has one place, `struct inst`, from fetch to retirement, in a ring; its
// micro-ops that issue are `struct uop`. Both are told apart by age with the number of
// the instruction, which rises in fetch order and goes back when younger ones are
// thrown away. docs/model.md describes the model and its wrong path.
//
// Invariants, checked by ooo_check() in debug builds:
//  1. head <= renamed <= tail <= head + WINDOW / 2, so that the place of an instruction
//     is not taken again before all that were in flight with it have retired;
//  2. the slots of all causes sum to width * cycles + debt;
//  3. groups in flight, write entries, registers, branches in flight are the sums over
//     the instructions renamed and not retired, and within their limits;
//  4. an op is in one place: free, in a dispatch queue, or in a scheduler; the counts of
//     each match, and no scheduler holds more than its entries;
//  5. ready lists are in order of age, and all in them wait for nothing;
//  6. queue entries of loads and stores are those of accesses issued, not yet safe
//     (loads) or written (stores);
//  7. a register maps to an instruction in flight that writes it, or to none.
#ifndef CORE_OOO_OOO_H
#define CORE_OOO_OOO_H

#include "core/model.h"
#include "core/ooo/inst.h"
#include "core/ooo/lsq.h"

// Ops whose sources are there, in order of age: seq << 16 | op.
struct ready {
    u64 *key;
    u32 begin, end, room;
};

struct lane {
    u32 used, limit;
    struct ready ready;
};

struct queue {
    u16 *op;        // in order of age
    u32 used, limit;
};

struct ooo {
    struct core_parts *parts;
    const struct core_params *p;   // of `parts`, as is all down to `forward`
    struct hierarchy *memory;
    struct tlb *tlb;
    struct bpred *branch;
    struct memdep *waits, *forwards;
    struct lap *lap;
    struct core_units units;
    struct forwarding forward;

    cycle now;
    bool acted;          // some stage did something in this cycle
    bool ended;          // no more records will come

    // Records
    struct input *input;
    u64 in_head, in_next, in_tail;   // oldest kept, next to fetch, end
    u64 in_stop;                     // 1 + the last record that stops fetch
    struct plan_page *page;

    // Instructions
    struct inst *inst;
    u64 head, renamed, tail;

    // Fetch
    cycle fetch_resume;
    u64 line;            // of the last instruction
    u64 fetch_page;
    u64 wrong_pc;        // next on the wrong path, 0: unknown
    const struct plan_page *wrong_page;
    bool wrong;          // on a wrong path
    bool stopped;        // behind an instruction that serialises
    u8 fetch_cause, arrive_cause;
    u32 depth, width, fetch_width, not_taken, fetch_room, line_shift, page_shift;
    struct bpred_prediction *prediction;
    u32 prediction_mask;
    u64 predictions, predictions_retired;   // made and not thrown away

    // Rename
    u16 map[PLAN_REGS];
    u32 debt;            // slots that an instruction took from the next cycles
    u32 emptier, turn;
    u64 neighbours;      // an instruction that was the first of rename.width neighbours
    bool refilling;      // from a misprediction's squash to the next instruction
    u8 refill_cause;
    const struct plan *refill_blame;   // the branch or load behind it
    u64 wrong_from;      // number of the first instruction of the wrong path, or ~0
    u64 held, hold_limit;   // counts of enum plan_hold, by those renamed and not retired

    // Groups
    struct group *group;
    u64 group_head, group_tail;
    u32 group_mask;
    bool group_open;

    // Ops
    struct uop *op;
    u16 free_op;         // first of a list
    u64 *op_used;        // bit: not free
    u32 ops, free_ops;
    u16 *link;           // next link of a list: op * OP_SOURCES + source
    struct queue queue[QUEUES];
    struct lane lane[LANES];
    u32 lanes_ready;     // bit: has ready ops
    u32 in_lanes[QUEUES];   // ops in the schedulers behind each queue
    cycle busy[UNITS_MAX];
    u16 wheel[WHEEL];
    u64 wheel_set[WHEEL / 64];
    u16 later;           // ops beyond the wheel
    cycle later_first;

    // Loads and stores
    struct store *stores;
    struct load *loads;
    u32 store_mask, load_mask;
    u64 store_head, store_retired, store_tail;   // written, retired, renamed up to here
    u64 load_head, load_free, load_tail;   // retired, entry given back, renamed up to here
    u64 safe;            // instructions up to here can no longer be thrown away
    cycle address_next;  // when the next load can go ahead of its address
    u64 store_bucket[BUCKETS], load_bucket[BUCKETS];
    u32 crossing_stores, crossing_loads;
    u32 ldq, stq;        // entries taken
    struct write_ports ports;

    struct squash squash;

    // Counters
    u64 instructions, cycles;
    cycle last_retired;
    cycle *reported;     // the latest that now() has answered
    struct account account;
    u64 full[STRUCTURE_COUNT];
    u64 occupancy[STRUCTURE_COUNT][CORE_BINS];
    u8 *bin[STRUCTURE_COUNT];     // of a number of entries taken
    u32 entries[STRUCTURE_COUNT];
    u8 lost_cause, lost_structure;   // of this cycle
    u32 lost;
    const struct plan *lost_blame;

    // For an observer, or NULL
    struct times *times;     // of instructions, as `inst`
    u64 sequence;            // fetched, thrown away or not
    cycle interval_end;
    struct ooo_stats {
#define STAT(field, ...) u64 field;
#include "core/ooo/ooo_stats.def"
#undef STAT
    } s;
};

#endif
