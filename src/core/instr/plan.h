// plan.h: what a core does with one static instruction, made once.
//
// Sources, results, units and latencies in the numbers a timing model wants, 64
// bytes an instruction. plan_cache.h keeps them by address.
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/instr/instr.h"

// Timing's own register numbers. As a source, + PLAN_AS_ADDRESS means the register is
// the base of an address: loaded values are there a cycle earlier, but where they are
// extended with their sign.
enum {
    PLAN_X0 = 0,
    PLAN_SP = 31,
    PLAN_V0 = 32,
    PLAN_FLAGS = 64,
    PLAN_NONE = 65,   // source that is always ready
    PLAN_SINK = 66,   // result nobody reads
    PLAN_REGS = 67,
    PLAN_AS_ADDRESS = PLAN_REGS,
};

enum plan_kind {
    PLAN_UNKNOWN,   // no word was ever given for this address
    PLAN_PLAIN,
    PLAN_DIVIDE,    // of integers: its record has the bits of the quotient
    PLAN_LOAD,      // from here on: accesses memory
    PLAN_STORE,
    PLAN_ATOMIC,    // reads and writes memory
};

enum {
    PLAN_IMMEDIATE = 1,    // a constant made at rename: so many a cycle
    PLAN_FUSED_HEAD = 2,   // the next instruction is fused to this one
    PLAN_GROUP_START = 4,  // starts a reorder buffer group
    PLAN_GROUP_END = 8,    // ends one
    PLAN_SERIALIZE = 16,   // fetch begins anew when it has retired
    PLAN_SIMPLE = 32,      // one pipelined issue, no memory, up to three sources, two results
    PLAN_LATE = 64,        // a source may come after the first issue
    PLAN_ONE_ACCESS = 128, // accesses memory by its only issue, which has no delay
};

// How two neighbours may become one: a head and a tail that have a kind in common.
enum plan_fuse {
    FUSE_NONE = 0,
    FUSE_FLAGS = 1,
    FUSE_ALU = 2,
    FUSE_AESE = 4,
    FUSE_AESD = 8,
    FUSE_ADRP = 16,
    FUSE_MOVZ = 32,
    FUSE_EOR = 64,   // the tail's other source comes when the head's do
    FUSE_AES = FUSE_AESE | FUSE_AESD,
};

enum { PLAN_SOURCES = 6, PLAN_RESULTS = 5 };

// What an instruction holds from rename to retirement, five counts in one word: a
// count is taken, given back and compared with what is left for all five at once.
// The top bit of each field is kept free to show a borrow.
enum plan_hold { HOLD_INT, HOLD_FP, HOLD_FLAGS, HOLD_WRITES, HOLD_BRANCHES, HOLDS };
enum { HOLD_BITS = 12, HOLD_MAX = (1 << (HOLD_BITS - 1)) - 1 };
#define HOLD(which, count) ((u64)(count) << HOLD_BITS * (which))
#define HOLD_GUARD (HOLD(0, 2048) | HOLD(1, 2048) | HOLD(2, 2048) | HOLD(3, 2048) | HOLD(4, 2048))

struct plan_issue {
    u16 units;
    u8 count : 4, delay : 4;
    u8 busy;
};

struct plan {
    u8 src[PLAN_SOURCES];    // PLAN_X0 …; PLAN_NONE past src_count
    u8 late[PLAN_SOURCES];   // how many cycles after the first issue it may come
    u8 dst[PLAN_RESULTS];    // PLAN_SINK past dst_count
    u8 src_count, dst_count;
    u8 data : 6;       // bit k: source k is what a store writes
    u8 fresh : 1;      // the detailed model has not yet fetched it
    u8 changed : 1;    // ... and is still to make it anew, of `word`
    u8 base;           // register the base issue writes, or PLAN_NONE
    u8 kind;           // enum plan_kind
    u8 branch;         // 1 + enum branch_kind, 0 for none
    u8 flags;          // PLAN_IMMEDIATE …
    u8 fuse_head, fuse_tail;   // sets of enum plan_fuse
    u8 size;           // bytes accessed
    u8 uops;
    u8 latency;        // first issue to result; memory: from the access to a use
    u8 issue_count;
    u8 base_issue : 3;     // index of the issue that writes the base, or ISSUES_MAX
    u8 memory_issue : 3;   // index of the issue that accesses memory
    u8 narrow : 1;         // store: no 16 bytes of it are of one register and in its order
    u8 wide : 1;           // load: 16 bytes of it are of one register
    // Stores: from the registers to what is written; atomics: the same from the access; loads: 1 when
    // a base register gets the value no earlier than others.
    u8 data_latency;
    u16 place;   // in its page
    u16 group_need;   // uops << 8 | issues: what it takes of a reorder buffer group
    u32 word;   // the last one given
    u64 holds;   // HOLD(which, count), summed
    union {
        struct plan_issue issue[ISSUES_MAX];
        struct {
            struct plan_issue of_branch[ISSUES_MAX - 1];   // branches have no more
            i32 displacement;   // bytes from a direct branch to its target
        };
        struct {
            struct plan_issue of_head[ISSUES_MAX - 1];   // nor has the head of a fused pair
            u16 alone;   // units of its first issue when the next is not fused to it
        };
    };
};
_Static_assert(sizeof(struct plan) == 64, "one host cache line");

// The plan of `word`; `p` says what the core eliminates and fuses.
struct plan plan_of(const struct instr_table *t, const struct core_params *p, u32 word);

// Whether a load, or one of a pair, crosses a boundary of 8 bytes. Vectors do not.
static inline bool plan_crosses_word(const struct plan *p, u64 addr)
{
    u32 one = p->dst_count > 1 ? p->size / p->dst_count : p->size;
    return one <= 8 && (addr & 7) + one > 8;
}

// Whether it loads two general registers of 8 bytes.
static inline bool plan_is_pair(const struct plan *p)
{
    return p->size == 16 && p->dst_count == 2 && p->dst[0] < PLAN_V0;
}

enum { PLAN_PARTS = 4 };   // most registers of a store

// How many registers of a store have times of their own for the loads behind it: not of one, nor
// when other issues put the data together, nor of exclusive stores. 0: none.
static inline u32 plan_parts(const struct plan *p)
{
    u32 parts = (u32)__builtin_popcount(p->data);
    return parts < 2 || parts > PLAN_PARTS || p->data_latency || p->dst_count ? 0 : parts;
}

// Whether `tail`, right behind `head`, becomes one with it on this core.
bool plan_fuses(const struct plan *head, const struct plan *tail);

#endif
