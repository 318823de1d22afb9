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

// The slots of one static instruction.
struct cost {
    u64 slots[STACK_COUNT];
};

struct cost_page {
    struct cost cost[PLAN_PAGE];   // beside struct plan_page
};

// A model's. `stack` has all causes but STACK_base, which is what else was taken.
struct account {
    u64 taken;
    u64 stack[STACK_COUNT];
    u32 common;            // micro-ops of an instruction that need no further look
    struct arena *arena;   // of pages of costs; NULL: not counted by instruction
    struct cost nobody;
};

// Counts by static instruction from now on, with pages from `arena`.
void account_profile(struct account *a, struct arena *arena);

// The slots so far, by cause.
void account_read(const struct account *a, u64 stack[STACK_COUNT]);

// What is told of an instruction's slots.
typedef void account_cost(void *ctx, vaddr pc, const u64 slots[STACK_COUNT]);

enum { ACCOUNT_NOBODY = -1 };   // the pc of slots nobody is to blame for

// Calls `each` for the instructions of the cache that took or lost any, in no order.
void account_each_cost(const struct plan_cache *b, account_cost *each, void *ctx);

// Calls `each` if some have no instruction to blame.
void account_nobody(const struct account *a, account_cost *each, void *ctx);

// The rest of the three, for what is rare.
void account_take_more(struct account *a, const struct plan *p, u32 uops);
void account_blame(struct account *a, enum cause cause, const struct plan *blame, u64 slots);

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

// What an instruction took is lost after all: it was thrown away, and `blame` is why.
void account_move(struct account *a, const struct plan *p, u32 uops, enum cause cause,
                  const struct plan *blame);

#endif
