// block.h: translated blocks, the memory they lie in, and how they are linked.
//
// A block is the translation of a run of guest instructions with one entry. Its exits are
// sites: jumps that at first lead to a stub, which leaves generated code and names the
// site; the runtime then links the jump to the block it leads to. All arrays are reserved
// once and never move, so that the fault handler can read them while others are added to.
// Everything here is changed under jit.lock only; memory is reused only by code_flush.
#ifndef EXEC_JIT_BLOCK_H
#define EXEC_JIT_BLOCK_H

#include <pthread.h>

#include "exec/interp/engine.h"
#include "exec/jit/jit.h"
#include "exec/jit/x64/trans.h"

#define NONE (~0u)

enum { BLOCK_DEPS = 24, PAGE_HEADS = 1 << 14 };

enum cold_kind {
    COLD_INTERP,   // leave; the interpreter does this instruction
    COLD_CALL,     // the C function does it; then back
    COLD_EXIT,     // leave for `target`
};

enum site_kind {
    SITE_LINK,     // to be linked to the block at `target`
    SITE_BUDGET,   // the budget does not reach for the block at `target`
    SITE_INTERP,   // the instruction at `target` is the interpreter's
};

struct site {
    vaddr target;
    u32 jump;      // offset of the displacement; SITE_LINK
    u32 stub;      // offset of where it leads when not linked
    u32 to;        // block it is linked to, or NONE
    u32 next;      // in the list of jumps to that block
    u8 kind;
};

// A host instruction that may fault.
struct fault_site {
    u32 at;        // its offset
    u16 index;     // of the guest instruction in the block
    u8 flags;      // enum flags_at, when flags are only there
    bool write;
    u32 xmm;       // index of the cache's state, or NONE when nothing in it is dirty
};

// Guest code: [at, at + 4 * count).
struct dep {
    vaddr at;
    u32 count;
    bool wanted;   // NZCV as it is before
};

struct block {
    vaddr pc;
    u32 code, end;       // offsets: entry, and where cold parts end
    u32 faults;          // its first fault site
    u32 fault_count;
    u32 incoming;        // list of sites
    u16 count;           // instructions, one left to the interpreter included
    u16 charge;          // of these, what the budget is charged
    u16 dep_count;
    bool dead;
    u32 map;             // of its pins, while inside
    u32 first_dep;       // code of others that this one's flags depend on
};

// One (page, block) pair; pages are GUEST_PAGE.
struct page_node {
    u32 block, next;
};

struct jit {
    struct space *space;
    pthread_mutex_t lock;
    bool recording;
    u8 checking;         // enum jit_checking
    bool v3, aes, sha;   // what the host has, as in struct trans
    struct pin_map *maps;   // those of blocks; the first is the standard one
    bool lost;           // a fork found no memory: the interpreter does everything
    u64 size, limit;     // of code memory; bytes of it that are used
    u8 *rw, *rx;         // its two views
    u32 used, fixed;     // bytes; `fixed`: of the parts that are always there
    u32 *entries;        // offset of the block at each instruction; 0: not translated
    struct block *blocks;
    struct site *sites;
    struct fault_site *faults;
    struct xmm_cache *caches;
    struct page_node *nodes;
    struct dep *deps;
    u32 block_count, site_count, fault_count, cache_count, node_count, dep_count, map_count;
    u32 heads[PAGE_HEADS];
    u32 enter, leave, call, to_cpu, from_cpu;   // offsets of the fixed parts
    const void *stops[RUN_COUNT];   // a dispatch table that always returns
    struct trans *trans;
};

// -- code.c --

bool code_new(struct jit *j, u64 size);
void code_free(struct jit *j);
// Forgets everything but the fixed parts. Nobody may be in generated code.
void code_flush(struct jit *j);
// After a fork, in the child: code memory of its own.
bool code_forked(struct jit *j);
// True when a block may be made without a flush.
bool code_has_room(const struct jit *j);
u32 code_site(struct jit *j, u8 kind, vaddr target);
void code_add(struct jit *j, u32 block);
u32 code_find(const struct jit *j, u32 offset);   // the block that has code there, or NONE
void code_link(struct jit *j, u32 site, u32 block);
void code_kill(struct jit *j, vaddr a, vaddr end);

static inline u32 code_offset(const struct jit *j, const u8 *at)
{
    return (u32)(at - j->rw);
}

// -- trans.c --

struct cold *trans_cold(struct trans *t, u8 kind, enum x64_cc cc);
void trans_save_flags(struct emit *e, u8 at);
void trans_load_flags(struct emit *e);   // to the host's, as FLAGS_ADD
void trans_store_dirty(struct emit *e, const struct xmm_cache *x);
void trans_load_cached(struct emit *e, const struct xmm_cache *x);

// The standard pins.
struct pin_map trans_pins(bool recording);
// Makes `map` that of the code that follows.
void trans_use_pins(struct trans *t, struct pin_map map);

// -- record.c: nothing unless t->recording --

// The record of the current instruction, which is not a branch that is taken; `back`: how far the
// place of the block's first record is behind HOST_RECORDS.
void record_insn(struct trans *t, u16 back);
// Its address, where the instruction accesses memory.
void record_address(struct trans *t, struct x64_mem address);
// The bits of the quotient in rax, of 64 bits or 32. Uses rcx, rdx and the flags.
void record_quotient(struct trans *t, bool wide, bool is_signed);
// The record of instruction `index`, at `pc`, as a branch taken to `target`.
void record_taken(struct trans *t, u16 index, vaddr pc, vaddr target);
// The same; rdx is the target / 4.
void record_taken_indirect(struct trans *t);
// Moves HOST_RECORDS behind the records of `count` instructions. Keeps the flags.
void record_advance(struct trans *t, u16 count);

// Records (RECORD_DEF) the instructions that were decoded for the block.
void record_definitions(const struct trans *t, struct cpu *c);
// How many records there is room for, one less than would fill the buffer.
u64 record_room(const struct recorder *r, const struct record *at);

// -- leave.c: calls, exits, and the parts that are always there --

void leave_fixed_parts(struct jit *j);
// The current instruction by its C function.
void leave_call(struct trans *t);
// The same by its stencil; false when it has none.
bool leave_stencil(struct trans *t);
// Host registers to memory, and back, as `map` says; `hosts` is a mask.
void leave_store_pins(struct emit *e, const struct pin_map *map, u32 hosts);
void leave_load_pins(struct emit *e, const struct pin_map *map, u32 hosts);
// From the block's own pins to the standard ones, if it has some. Keeps the flags.
void leave_own_pins(struct trans *t);
// Leaves generated code at `target`, never to be linked; `back`: instructions charged for
// that have not been done.
void leave_for(struct trans *t, u8 kind, vaddr target, u16 back);
// A jump to the block at `target`; with jcc when cc is one.
void leave_jump(struct trans *t, int cc, vaddr target);
void leave_cold_parts(struct trans *t);
// Ends the block with a jump to the block at the guest address 4 * rdx.
void leave_indirect(struct trans *t);

// -- branch.c --

// The JUMP rows that branch_emit can do; conditional ones may have the block go on behind them.
bool branch_known(u16 run);
bool branch_conditional(u16 run);
// The current instruction; `last`: the block ends with it.
void branch_emit(struct trans *t, bool last);

// -- loop.c --

// If the block ends in a jump to itself: chooses its pins, loads what it keeps in registers and
// sets t->loop.
void loop_enter(struct trans *t);
// Brings the cache into the state that it has at t->loop. Keeps the flags.
void loop_back(struct trans *t);

// -- translate.c --

void translate_once(void);

// Makes the block at `pc`, which lies in the executable region [.., region_end). Its number, or
// NONE with *t: nothing could be read there (TRAP_FETCH), it must be forgotten first (TRAP_USED).
u32 translate(struct jit *j, struct cpu *c, vaddr pc, const struct region *r, enum trap_kind *why);

#endif
