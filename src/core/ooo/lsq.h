// lsq.h: loads and stores in flight in the detailed model.
#ifndef CORE_OOO_LSQ_H
#define CORE_OOO_LSQ_H

#include "core/ooo/inst.h"

struct ooo;

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
    bool made;         // a unit made its data, which no load brought
    bool narrow;       // plan.narrow
    u8 parts;          // registers whose data counts apart, or 0
    cycle part[PLAN_PARTS];   // when each is there, UNKNOWN before
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

bool ooo_may_access(const struct ooo *o, const struct inst *i);   // a queue has room
void ooo_access(struct ooo *o, struct inst *i);
void ooo_store_part(struct ooo *o, const struct inst *i, u32 k, cycle t);   // of its sources, k
void ooo_store_data(struct ooo *o, struct inst *i, cycle t);
void ooo_enter_memory(struct ooo *o, struct inst *i, u64 seq);
void ooo_wait_for_store(struct ooo *o, struct inst *i, u16 op);
void ooo_address_known(struct ooo *o, const struct inst *i);   // of a store
bool ooo_knows_address(struct ooo *o, struct inst *i);   // load address prediction
void ooo_free_loads(struct ooo *o);
void ooo_leave_memory(struct ooo *o, struct inst *i);   // the youngest of all, undone
void ooo_retire_memory(struct ooo *o, struct inst *i);
void ooo_write_stores(struct ooo *o);

#endif
