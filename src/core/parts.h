// parts.h: what a simulated core is made of, whoever times it.
//
// core.c makes the parts and hands them to the model that runs; when that one is drained
// another may go on with them. Here too is what both models must know alike of the core's
// units, queues and times. Parts know no stage and no clock: their contents stay, what is
// under way in them belongs to the model that runs.
#ifndef CORE_PARTS_H
#define CORE_PARTS_H

#include "core/account.h"
#include "core/observe.h"
#include "core/params.h"
#include "core/instr/plan_cache.h"
#include "stream/record.h"

// Dispatch queues: integer (where there are two, each for half of the units), memory, FP.
enum { QUEUE_INT1, QUEUE_INT2, QUEUE_MEM, QUEUE_FP, QUEUES };

// The units and what stands before them. They are numbered from 0: integer, then those of
// loads and stores, then FP. A scheduler has the number of its unit, that of all memory
// units the number of the first; queues feed schedulers.
struct core_units {
    struct instr_units can;
    u16 integer[2];           // behind QUEUE_INT1 and QUEUE_INT2
    u16 memory, fp;
    u32 memory_lane;          // the scheduler of the memory units
    u32 entries[UNITS_MAX];   // of each scheduler; 0: there is none of this number
    u8 queue_of[UNITS_MAX];   // of each scheduler
    u32 queue[QUEUES];        // entries of each queue
};

// How long a load waits for a store's data, in sixteenths of a cycle; `part` carries what is
// left of one to the next, and `next` when the next one from a narrower store may have it.
struct forwarding {
    u32 known, unknown, cross, address, made, pair, narrow, wide, part;
    cycle next;
};

static inline u32 forwarding_cycles(struct forwarding *f, u32 sixteenths)
{
    f->part = (f->part & 15) + sixteenths;
    return f->part >> 4;
}

// When a load of 16 bytes to a register has the data that a narrower store has at `data`.
static inline cycle forwarding_narrow(struct forwarding *f, cycle data)
{
    cycle t = data + forwarding_cycles(f, f->narrow);
    t = t > f->next ? t : f->next;
    f->next = t + 1;
    return t;
}

// How many cycles a division of PLAN_DIVIDE takes beyond its plan's latency, by the bits of its
// quotient.
static inline u32 division_more(const struct core_params *c, const struct plan *p, u64 bits)
{
    u64 whole = c->divide_start + (bits + c->divide_bits - 1) / c->divide_bits;
    return whole > p->latency ? (u32)whole - p->latency : 0;
}

// The ports by which retired stores go to the L1D: in order, one a cycle each.
enum { WRITE_PORTS = 8 };

struct write_ports {
    cycle at[WRITE_PORTS];   // when the last store of each was there
    cycle last;              // and of all
    u32 turn;
};

// When a store that may be written from `from` on is in the L1D, with `ports` ports. A line that
// is not there is asked for at once, so that those of several stores are on their way together.
static inline cycle write_back(struct write_ports *w, u32 ports, struct hierarchy *memory, vaddr pc,
                               vaddr addr, u32 size, cycle from)
{
    cycle *port = &w->at[w->turn], t = *port + 1 > from ? *port + 1 : from;
    w->turn = w->turn + 1 == ports ? 0 : w->turn + 1;
    cycle ready = hierarchy_store(memory, pc, addr, size, from).ready;
    ready = ready > t ? ready : t;
    return w->last = *port = ready > w->last ? ready : w->last;
}

struct save;

struct core_parts {
    const struct core_params *p;
    struct instr_table *table;
    struct plan_cache plans;   // of all models
    struct hierarchy *memory;
    struct tlb *tlb;
    struct bpred *branch;
    struct memdep *waits;      // pairs of a load and a store that wait
    struct memdep *forwards;   // pairs that forward faster
    struct lap *lap;           // NULL: this core has none
    struct core_units units;
    u64 holds;                 // how much of enum plan_hold there is
    struct forwarding forward; // as it is when nothing was forwarded
    const struct observer *observer;   // NULL: nobody listens
    struct warming {
        u64 line, page;        // of the last instruction
        cycle now;
    } warming;                 // between parts_settle and parts_settle
};

// Makes them in `a`. False with *e naming the parameter or the table that is wrong.
bool parts_new(struct core_parts *parts, struct arena *a, const struct config *c, struct err *e);

// The plan of the instruction at `pc`, which is `word` from now on.
struct plan *parts_define(struct core_parts *parts, vaddr pc, u32 word);

// What a record that is no instruction says to the parts.
void parts_between(struct core_parts *parts, const struct record *r);

// Shows `n` records to caches, TLBs and predictors, which learn what they would have and count
// it. Time is the warming's own; parts_settle before the first and behind the last of them.
void parts_warm(struct core_parts *parts, const struct record *r, size_t n);

// Forgets what is under way and what a model wrote into plans, so that another clock, or the
// same as if nothing had been, can go on.
void parts_settle(struct core_parts *parts);

// Settles, and writes or reads sections: what caches, TLBs and predictors hold and have counted.
// Plans are not among it: their records come again. After reading, save_ok says whether the
// parts may be used.
void parts_save(struct core_parts *parts, struct save *s);

#endif
