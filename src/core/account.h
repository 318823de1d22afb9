// account.h: where every slot of rename went, and at which static instruction.
//
// A core has `width` slots a cycle. Each is taken by a micro-op that retires or lost to a
// cause (stack.def), which belong to the classes of top-down analysis (topdown.def); an
// instruction is to blame for those lost, a wrong path's are its branch's. Slots are taken,
// lost and moved by three functions and nowhere else. The account knows no time.
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "core/instr/plan_cache.h"
#include "uarch/hierarchy.h"

enum topdown {
    TOPDOWN_RETIRING,
    TOPDOWN_BAD_SPECULATION,
    TOPDOWN_FRONTEND,
    TOPDOWN_BACKEND,
    TOPDOWN_COUNT
};

// Level 2: what each of level 1 is made of.
enum topdown2 {
#define TOPDOWN2(name, ...) TOPDOWN2_##name,
#include "core/topdown.def"
#undef TOPDOWN2
    TOPDOWN2_COUNT
};

// Its rows, in the order of the enum.
struct core_topdown2 {
    const char *name, *title;
    enum topdown of;   // level 1
};

extern const struct core_topdown2 core_topdown2[TOPDOWN2_COUNT];

// Why a slot of rename was used or lost: the rows of the CPI stack, the parts of level 2.
enum cause {
#define STACK(name, ...) STACK_##name,
#include "core/stack.def"
#undef STACK
    STACK_COUNT
};

// Rows of a table: causes, and what can be full.
struct core_row {
    const char *name, *doc;
    u32 of;   // of a cause: enum topdown2
};

extern const struct core_row core_causes[STACK_COUNT];

// The cause to which waiting for each level of memory belongs.
extern const u8 core_level_cause[LEVELS];

// What else is counted of one static instruction.
enum event {
#define EVENT(name, ...) EVENT_##name,
#include "core/event.def"
#undef EVENT
    EVENT_COUNT
};

extern const struct core_row core_events[EVENT_COUNT];

// The event that a load answered by each level of memory is.
extern const u8 core_level_event[LEVELS];

// The slots of one static instruction, on one path to it. What it took itself follows from how often it
// retired, and that from where runs of neighbours that retired one after the other began and ended:
// no instruction but those two is counted on the way.
struct cost {
    u64 begun, ended;   // runs
    u64 tails;   // times it was fused to the one before
    u64 slots[STACK_COUNT];
    u64 events[EVENT_COUNT];
};

enum { COST_CHUNK = 64 };   // instructions

// Beside struct plan_page, in chunks made when something is counted there.
struct cost_page {
    struct arena *arena;
    struct cost *chunk[PLAN_PAGE / COST_CHUNK];
};

// A model's. `stack` has all causes but STACK_base, which is what else was taken.
struct account {
    u64 taken;
    u64 stack[STACK_COUNT];
    u32 common;   // micro-ops of an instruction that need no further look
    struct arena *arena;   // of pages of costs; NULL: not counted by instruction
    const struct plan *first, *last;   // of the run that goes on; NULL: none does
    struct cost nobody;
};

// Counts by static instruction (and by path, where plan_cache has some) from now on, with pages
// from `arena`.
void account_profile(struct account *a, struct arena *arena);

// The slots so far, by cause.
void account_read(const struct account *a, u64 stack[STACK_COUNT]);

// The run that goes on ends: before anything is read.
void account_end_run(struct account *a);

// The plans of a page and of its copies will change: what was taken so far is by the old ones.
void account_settle(struct plan_page *home);

// What is told of an instruction on a path, 0 where there are none; `cost` lasts as long as the call.
typedef void account_cost(void *ctx, u32 path, vaddr pc, const struct cost *cost);

enum { ACCOUNT_NOBODY = -1 };   // the pc of slots nobody is to blame for

// Calls `each` for the instructions of the cache of which anything was counted, in no order.
void account_each_cost(const struct plan_cache *b, account_cost *each, void *ctx);

// Calls `each` if some have no instruction to blame.
void account_nobody(const struct account *a, account_cost *each, void *ctx);

// The rest of the three, for what is rare.
void account_take_more(struct account *a, const struct plan *p, u32 uops);
void account_blame(struct account *a, enum cause cause, const struct plan *blame, u64 slots);
void account_count(struct account *a, enum event event, const struct plan *p);
void account_fused(struct account *a, const struct plan *p);   // retires with the one before

// An instruction of plan `p` takes the slots of `uops` micro-ops.
static inline void account_take(struct account *a, const struct plan *p, u32 uops)
{
    a->taken += uops;
    if (__builtin_expect(uops != a->common, 0))
        account_take_more(a, p, uops);
}

// `slots` are lost to `cause`; `blame` is the instruction that is waited for, or NULL.
static inline void account_lose(struct account *a, enum cause cause, const struct plan *blame,
                                u64 slots)
{
    a->stack[cause] += slots;
    if (__builtin_expect(a->arena != NULL, 0))
        account_blame(a, cause, blame, slots);
}

// `event` has come to the instruction of plan `p`.
static inline void account_event(struct account *a, enum event event, const struct plan *p)
{
    if (__builtin_expect(a->arena != NULL, 0))
        account_count(a, event, p);
}

// An instruction of plan `p` retires, in order.
static inline void account_retire(struct account *a, const struct plan *p)
{
    if (__builtin_expect(p != a->last + 1, 0)) {
        account_end_run(a);
        a->first = p;
    }
    a->last = p;
}

// What an instruction took is lost after all: it was thrown away, and `blame` is why.
void account_move(struct account *a, const struct plan *p, u32 uops, enum cause cause,
                  const struct plan *blame);

#endif
