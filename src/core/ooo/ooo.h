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
    u64 pc, addr;           // addr: accessed, or where the branch goes
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
    u16 undo[UNDO];         // what its results' registers mapped to
    u8 pending;             // issues, data and loaded value to come
    u8 accesses;            // issues to come before memory is accessed
    u8 flags;
    u8 cause;               // why it arrived late
    u8 level;               // enum cause of a load under way
    u8 fill[3];
};

struct uop {
    u64 seq;                // of its instruction
    cycle ready;            // when the last known source is there
    u16 units;
    u16 next;               // in its wheel slot, or free
    u16 source[OP_SOURCES]; // references still waited for, NONE otherwise
    u8 issue;               // index in the plan, or UOP_DATA
    u8 wait;                // sources not known
    u8 lane;                // scheduler; LANES while in a dispatch queue
    u8 state;
};

enum { UOP_DATA = 15 };
enum { UOP_FREE, UOP_QUEUED, UOP_WAITING, UOP_TIMED, UOP_READY };

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

struct store {
    vaddr addr, pc;
    cycle issued, data, written;   // UNKNOWN before
    u64 prev;          // number + 1 of the store before in its bucket
    u16 waiters;       // links of loads told to wait
    u16 asking;        // first load (slot) that waits for the data
    u8 size;
    bool dead;         // on a wrong path: has no address
    bool known;        // its address is, though it may wait for a unit or an entry to issue
    bool atomic;       // what follows at its address begins when it ends
};

struct load {
    vaddr addr, pc;
    u64 seq;
    u64 prev;          // as of stores
    u64 source;        // number + 1 of the store it has its value from, 0: the cache
    u64 asked;         // number + 1 of the store whose data or write it waits for, 0: none
    u64 waited;        // number of the store it was told to wait for
    vaddr predicted;   // LAP_NONE: not
    cycle access;
    u16 asks;          // next load that asks the same store for data
    u8 size;
    bool issued, dead;
    bool misled;       // used a wrong predicted address
    bool met;          // has bytes of the store it was told to wait for
};

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

static inline struct inst *inst_of(const struct ooo *o, u64 seq)
{
    return &o->inst[seq % WINDOW];
}

static inline cycle later_of(cycle a, cycle b)
{
    return a > b ? a : b;
}

static inline u16 ooo_new_op(struct ooo *o, u64 seq, u32 issue, u16 units)
{
    u16 op = o->free_op;
    debug_assert(op != NONE);
    struct uop *u = &o->op[op];
    o->free_op = u->next;
    o->free_ops--;
    o->op_used[op / 64] |= 1ull << op % 64;
    u->seq = seq;
    u->ready = 0;
    u->units = units;
    u->issue = (u8)issue;
    u->wait = 0;
    u->lane = LANES;
    for (u32 k = 0; k < OP_SOURCES; k++)
        u->source[k] = NONE;
    return op;
}

static inline void ooo_free_op(struct ooo *o, u16 op)
{
    struct uop *u = &o->op[op];
    u->state = UOP_FREE;
    u->next = o->free_op;
    o->free_op = op;
    o->free_ops++;
    o->op_used[op / 64] &= ~(1ull << op % 64);
}

// Enters the op in a list of those that wait for `source`.
static inline void ooo_wait_on(struct ooo *o, u16 op, u32 k, u16 *list, u16 source)
{
    u16 link = (u16)(op * OP_SOURCES + k);
    o->link[link] = *list;
    *list = link;
    o->op[op].source[k] = source;
    o->op[op].wait++;
}

// When register `reg` of the plan, mapped to `source`, can be used.
static inline cycle ooo_value(const struct ooo *o, u16 source, u8 reg)
{
    const struct inst *v = &o->inst[source >> SOURCE_BITS];
    if (source & SOURCE_BASE)
        return v->base;
    return reg >= PLAN_AS_ADDRESS && !(source & SOURCE_SECOND) ? v->use_address : v->use;
}

// How many cycles after this issue source k of the plan may come.
static inline u32 ooo_late(const struct plan *p, u32 issue, u32 k)
{
    if (issue == UOP_DATA)
        return p->late[k];
    if (issue == p->base_issue || p->late[k] < p->issue[issue].delay)
        return 0;
    return p->late[k] - p->issue[issue].delay;
}

// fetch.c
void ooo_fetch(struct ooo *o);
bool ooo_can_fetch(const struct ooo *o);   // or will do nothing
void ooo_resolve(struct ooo *o, struct inst *i, u64 seq);   // the branch has issued

// rename.c
void ooo_rename(struct ooo *o);
void ooo_undo(struct ooo *o, u64 seq);   // the youngest renamed instruction
void ooo_release(struct ooo *o, const struct inst *i);   // what a retired one held

// issue.c
void ooo_issue(struct ooo *o);
void ooo_dispatch(struct ooo *o);
void ooo_wake_at(struct ooo *o, u16 *list, cycle t);
void ooo_wake_results(struct ooo *o, struct inst *i, bool base);
void ooo_known(struct ooo *o, u16 op);   // none of its sources is unknown any more
void ooo_part_done(struct ooo *o, struct inst *i, cycle t);
cycle ooo_next_wake(const struct ooo *o);

// squash.c
void ooo_want_squash(struct ooo *o, u64 seq, u64 in, cycle resume, enum cause cause,
                     const struct plan *blame);
void ooo_apply_squash(struct ooo *o);

// lsq.c
bool ooo_may_access(const struct ooo *o, const struct inst *i);   // a queue has room
void ooo_access(struct ooo *o, struct inst *i);
void ooo_store_data(struct ooo *o, struct inst *i, cycle t);
void ooo_enter_memory(struct ooo *o, struct inst *i, u64 seq);
void ooo_wait_for_store(struct ooo *o, struct inst *i, u16 op);
void ooo_address_known(struct ooo *o, const struct inst *i);   // of a store
bool ooo_knows_address(struct ooo *o, struct inst *i);   // load address prediction
void ooo_free_loads(struct ooo *o);
void ooo_leave_memory(struct ooo *o, struct inst *i);   // the youngest of all, undone
void ooo_retire_memory(struct ooo *o, struct inst *i);
void ooo_write_stores(struct ooo *o);

// retire.c
void ooo_retire(struct ooo *o);
void ooo_account(struct ooo *o, cycle cycles);
// For an observer alone: the instruction has come to the stage; it retires or is thrown away.
enum stage { STAGE_FETCH, STAGE_RENAME, STAGE_DISPATCH, STAGE_ISSUE };
__attribute__((cold)) void ooo_note(struct ooo *o, u64 seq, enum stage stage);
__attribute__((cold)) void ooo_tell(struct ooo *o, u64 seq, bool squashed);
void ooo_check(const struct ooo *o);

#endif
