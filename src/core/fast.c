// fast.c: the one-pass timing model.
//
// Each record is visited once. The visit computes, in absolute cycles, when the
// instruction is fetched, renamed, issued, complete and retired, from when its
// sources are ready and from what the structures below allow. Program order is the
// order of the visits, so an older instruction always gets its unit first; what a
// younger one leaves free remains free for those that follow, which is why units
// keep a calendar of cycles and not a single "free from".
//
//   fetch     `fetch.width` neighbours a cycle, one taken or two not-taken branches,
//             L1I and iTLB, bubbles of the branch target levels, redirects
//   rename    `rename.width` micro-ops a cycle in order; fused pairs count once;
//             waits for a reorder buffer group, register write entries, registers
//             and a scheduler entry; all slots of all cycles are accounted for here
//   issue     the unit is bound at rename, the cycle is the first one free in its
//             calendar once the sources are there. All integer micro-ops renamed in
//             a cycle go to the dispatch queue whose schedulers were emptier when it
//             began (the eight are steered at once and do not see one another; by
//             turns when equal), and from there to the emptiest of its schedulers.
//             What rule the hardware follows is not known. With this one five chains
//             of four adds take 5.43 cycles, as measured; were the eight steered one
//             after another 4.7, with any of the six schedulers 4.6, with random
//             queues 5.5, with no binding at all 4.
//   memory    caches and TLBs of uarch/; store forwarding by 8-byte granules
//   retire    in order, `rob.retire` groups a cycle
//
// Wrong-path instructions are not in the stream: a misprediction costs its refill,
// not the places its wrong path would take.
//
// Invariants:
//  1. slots used + slots lost = width * now + used, at every visit;
//  2. now, the last retirement and the group ring never go back;
//  3. a calendar holds no reservation before `now` rounded down to 64.
#include <assert.h>
#include <string.h>

#include "core/model.h"
#include "core/params.h"
#include "core/plan.h"

enum {
    HORIZON = 2048,        // cycles a calendar looks ahead, a power of two
    WORDS = HORIZON / 64,
    FETCH_RING = 64,       // power of two, at least fetch.queue
    FORWARD = 1024,        // granules of 8 bytes remembered, a power of two
    PAIRS = 128,           // most loads the dependence predictor can know
    STEADY = 64,           // most loads the load address predictor can know
    LANES = 16,            // schedulers
};

// A count for each scheduler, a byte each.
struct lanes {
    u64 half[LANES / 8];
};

static inline u32 lane_count(const struct lanes *l, u32 lane)
{
    return l->half[lane >> 3] >> 8 * (lane & 7) & 255;
}

// The sum of those of the first eight counts that `bytes` covers; below 256.
static inline u32 lane_sum(const struct lanes *l, u64 bytes)
{
    return (u32)((l->half[0] & bytes) * 0x0101010101010101 >> 56);
}

static inline void lane_add(struct lanes *l, u32 lane)
{
    l->half[lane >> 3] += 1ull << 8 * (lane & 7);
}

// The cycles at which the last `size` holders of a resource give it back; `free` is
// the one of the next in turn: the first cycle in which there is room.
struct ring {
    cycle free;
    cycle *at;
    u32 size, next;
};

// A reorder buffer group.
struct group {
    cycle free;    // the cycle after its retirement
    u64 holds;     // what its instructions hold until then
};

// A load as the load address predictor sees it.
struct steady {
    u64 pc, addr;
    i32 stride;
    u32 seen;   // loads in a row that kept the stride
};

// Where a store's bytes are to be had before they are in the L1D.
struct granule {
    u64 number;      // address / 8 + 1; 0 is none
    cycle data;      // when the store has its data
    cycle written;   // when they are in the L1D
    u64 line;        // of the store
};

struct fast {
    const struct core_params *p;
    struct instr_table *table;
    struct plan_book book;
    struct hierarchy *memory;
    struct tlb *tlb;
    struct bpred *branch;

    // Fetch
    cycle fetch;            // of the current group
    u64 group_end;          // first address it cannot reach
    bool jumped;            // the next instruction is not behind the last one
    u64 line, page;         // of the last instruction fetched
    u32 passed;             // branches passed not taken in it
    bool redirect;          // the next instruction follows a misprediction
    cycle renamed[FETCH_RING];   // rename of the last instructions
    u32 width, depth, queue, line_shift, page_shift, fetch_width;
    bool cross_line;

    // Rename
    cycle now;
    u32 used, immediates;
    const struct plan *last;   // of the previous instruction
    u64 last_pc;
    u64 slots[TOPDOWN_COUNT];

    // Issue
    struct lanes waiting;          // entries taken, by scheduler
    u32 emptier;                   // dispatch queue that was when `now` began; 2: neither
    struct lanes leave[HORIZON];   // entries given back, by cycle
    u64 busy[UNITS_MAX][WORDS];
    // The scheduler of a unit has the unit's number, that of all memory units the
    // number of the first. A micro-op that has only one unit may also fill the whole
    // dispatch queue.
    u8 limit[LANES], limit_alone[LANES];
    u32 memory_lane, memory_limit;
    u16 bound;                 // units with a scheduler of their own: bound at rename
    u16 half[2];               // integer units behind each dispatch queue
    u64 half_lanes[2];         // the bytes of their counts
    bool trios;                // they are u1 to u3 and u4 to u6
    u32 turn;
    struct instr_units units;

    // Results
    cycle ready[2 * PLAN_REGS];   // the second half: as part of an address

    // Memory
    struct ring loads, stores;
    struct granule granule[FORWARD];
    u64 pair[PAIRS];           // PC of loads known to need a store
    u32 pairs;                 // how many this core knows, a power of two
    struct steady steady[STEADY];
    bool lap;                  // this core has a load address predictor
    u32 steadies;              // how many it knows, a power of two
    cycle predicted;           // when the last predicted address was used
    u32 forward_unknown, forward_known, forward_part, forward_cross;   // 1/16 cycle
    cycle written[2];          // of the last stores
    u32 written_turn;

    // Retire
    struct group *group;       // ring of the last ones, by number
    u32 group_mask, group_limit, rate;
    u32 oldest, next_group;    // numbers: those between are in flight
    u64 room;                  // of everything that is held (plan.h)
    u32 group_left;            // of the open group: uops << 8 | issues; 0: none is open
    u32 group_whole;           // the same of a new one
    cycle retired;

    u64 instructions, branch_count, mispredictions;
    struct fast_stats {
#define STAT(field, ...) u64 field;
#include "core/fast_stats.def"
#undef STAT
    } s;
};

// -- Rings --

static struct ring ring_new(struct arena *a, u64 size)
{
    return (struct ring){ 0, ARENA_ARRAY(a, size, cycle), (u32)size, 0 };
}

static inline void ring_take(struct ring *r, cycle back)
{
    u32 next = r->next + 1 == r->size ? 0 : r->next + 1;
    r->at[r->next] = back;
    r->next = next;
    r->free = r->at[next];
}

// -- Calendars --

static void clear_words(struct fast *f, u64 from, u64 to)
{
    if (to - from >= WORDS)
        to = from + WORDS;
    for (u64 w = from; w < to; w++)
        for (u32 u = 0; u < UNITS_MAX; u++)
            f->busy[u][w % WORDS] = 0;
}

// Moves rename to cycle `to`; what is lost on the way goes to `cause`.
static void advance(struct fast *f, cycle to, enum topdown cause)
{
    u64 lost = f->width - f->used + (to - f->now - 1) * f->width;
    f->slots[cause] += lost;
    if (to - f->now >= HORIZON) {
        f->waiting = (struct lanes){ { 0 } };
        memset(f->leave, 0, sizeof(f->leave));
    } else {
        for (cycle c = f->now + 1; c <= to; c++) {
            struct lanes *l = &f->leave[c % HORIZON];
            for (u32 h = 0; h < LANES / 8; h++) {
                f->waiting.half[h] -= l->half[h];
                l->half[h] = 0;
            }
        }
    }
    // The word just left behind becomes that of the far end.
    if (__builtin_expect(to >> 6 != f->now >> 6, 0))
        clear_words(f, f->now >> 6, to >> 6);
    u32 first = lane_sum(&f->waiting, f->half_lanes[0]);
    u32 second = lane_sum(&f->waiting, f->half_lanes[1]);
    f->emptier = first == second ? 2 : second < first;
    f->now = to;
    f->used = 0;
    f->immediates = 0;
}

// The first free cycle of `unit` at or after `t`. Beyond the horizon all are free.
static inline cycle free_cycle(const struct fast *f, u32 unit, cycle t)
{
    const u64 *busy = f->busy[unit];
    u64 end = (f->now >> 6) + WORDS, w = t >> 6;
    if (__builtin_expect(w >= end, 0))
        return t;
    u64 open = ~busy[w % WORDS] & ~0ull << (t & 63);
    while (!open) {
        if (++w >= end)
            return w << 6;
        open = ~busy[w % WORDS];
    }
    return (w << 6) + (u32)__builtin_ctzll(open);
}

static inline void reserve(struct fast *f, u32 unit, cycle t, u32 cycles)
{
    u64 end = ((f->now >> 6) + WORDS) << 6;
    if (__builtin_expect(cycles == 1 && t < end, 1)) {
        f->busy[unit][t / 64 % WORDS] |= 1ull << (t & 63);
        return;
    }
    for (; cycles && t < end; cycles--, t++)
        f->busy[unit][t / 64 % WORDS] |= 1ull << (t & 63);
}

// Takes the first free cycle of any of `units`. Stores prefer the lowest, loads the
// highest, and leave each other what they can.
static inline cycle take_any(struct fast *f, u32 units, cycle t, u32 cycles)
{
    u64 end = (f->now >> 6) + WORDS, w = t >> 6, mask = ~0ull << (t & 63), open = 0;
    for (; w < end; w++, mask = ~0ull) {
        u64 all = ~0ull;
        for (u32 left = units; left; left &= left - 1)
            all &= f->busy[__builtin_ctz(left)][w % WORDS];
        open = ~all & mask;
        if (open)
            break;
    }
    if (__builtin_expect(!open, 0))
        return w << 6 > t ? w << 6 : t;
    u32 bit = (u32)__builtin_ctzll(open), u;
    bool stores = units & f->units.store & ~f->units.load;
    do {
        u = stores ? (u32)__builtin_ctz(units) : 31 - (u32)__builtin_clz(units);
        units &= ~(1u << u);
    } while (f->busy[u][w % WORDS] >> bit & 1);
    reserve(f, u, (w << 6) + bit, cycles);
    return (w << 6) + bit;
}

// -- Rename --

// Keeps a place in scheduler `lane` until cycle `t`.
static inline void wait_in(struct fast *f, u32 lane, cycle t)
{
    cycle last = f->now + HORIZON - 1;
    lane_add(&f->waiting, lane);
    lane_add(&f->leave[(t < last ? t : last) % HORIZON], lane);
}

// The units behind the dispatch queue that is to have the micro-op, of those that do.
static inline u32 queue_of(struct fast *f, u32 units)
{
    if (!(units & f->half[0]))
        return units;
    u32 queue = f->emptier < 2 ? f->emptier : f->turn++ & 1;
    u32 side = units & f->half[queue];
    return side ? side : units;
}

// Of `units` with room the emptiest, then the first; UNITS_MAX when none has room.
static u32 bind_with_room(const struct fast *f, u32 units)
{
    const u8 *limit = units & (units - 1) ? f->limit : f->limit_alone;
    u32 best = UNITS_MAX, least = 256;
    for (u32 left = units; left; left &= left - 1) {
        u32 u = (u32)__builtin_ctz(left), count = lane_count(&f->waiting, u);
        if (count < limit[u] && count < least) {
            least = count;
            best = u;
        }
    }
    return best;
}

// The same; nearly always the emptiest of all has room.
static inline u32 bind(const struct fast *f, u32 units)
{
    if (f->trios && (units == 7 || units == 7 << 3)) {   // all behind a dispatch queue
        u32 first = units == 7 ? 0 : 3;
        u64 c = f->waiting.half[0] >> 8 * first;
        u32 x = (c & 255) << 2, y = (c >> 8 & 255) << 2 | 1, z = (c >> 16 & 255) << 2 | 2;
        x = y < x ? y : x;
        x = z < x ? z : x;
        u32 u = first + (x & 3);
        return __builtin_expect(x >> 2 < f->limit[u], 1) ? u : bind_with_room(f, units);
    }
    u32 high = units > 255;   // units of one cluster lie on one side
    u64 counts = f->waiting.half[high];
    u32 best = ~0u;
    for (u32 left = units; left; left &= left - 1) {
        u32 u = (u32)__builtin_ctz(left);
        u32 key = (u32)(counts >> 8 * (u & 7) & 255) << 8 | u;
        best = key < best ? key : best;
    }
    if (__builtin_expect(best >> 8 < f->limit[best & 255], 1))
        return best & 255;
    return bind_with_room(f, units);
}

// Waits until the oldest group has retired; `stall` counts the cycles.
static void release_oldest(struct fast *f, u64 *stall)
{
    struct group *g = &f->group[f->oldest++ & f->group_mask];
    if (g->free > f->now) {
        *stall += g->free - f->now;
        advance(f, g->free, TOPDOWN_BACKEND);
    }
    f->room += g->holds;
}

static inline u64 lacking(const struct fast *f, u64 holds)
{
    return ~((f->room | HOLD_GUARD) - holds) & HOLD_GUARD;
}

static void make_room(struct fast *f, u64 holds)
{
    u64 lack;
    while ((lack = lacking(f, holds))) {
        u32 which = (u32)__builtin_ctzll(lack) / HOLD_BITS;
        release_oldest(f, which == HOLD_BRANCHES ? &f->s.stall_branches
                          : which == HOLD_WRITES ? &f->s.stall_writes
                                                 : &f->s.stall_registers);
    }
}

// Whether the instruction does not go into the open group. Both bytes of group_left
// are compared at once: a borrow shows in their top bits.
static inline bool starts_group(const struct fast *f, const struct plan *p)
{
    u32 rest = (f->group_left | 0x8080) - p->group_need;
    return p->flags & PLAN_GROUP_START || (rest & 0x8080) != 0x8080;
}

// Takes a place in a group, and what the instruction holds until it retires.
static inline void hold(struct fast *f, const struct plan *p)
{
    bool fresh = starts_group(f, p);
    if (fresh && f->next_group - f->oldest >= f->group_limit)
        release_oldest(f, &f->s.stall_rob);
    if (__builtin_expect(lacking(f, p->holds) != 0, 0))
        make_room(f, p->holds);
    u32 left = f->group_left;
    if (fresh || f->oldest == f->next_group) {   // the open one may have been released
        f->group[f->next_group++ & f->group_mask].holds = 0;
        f->s.groups++;
        left = f->group_whole;
    }
    f->group[(f->next_group - 1) & f->group_mask].holds += p->holds;
    f->room -= p->holds;
    f->group_left = p->flags & PLAN_GROUP_END || p->group_need > left ? 0 : left - p->group_need;
}

// Takes the slots of the instruction, which may spill into the next cycles.
static inline void take_slots(struct fast *f, u32 uops)
{
    f->slots[TOPDOWN_RETIRING] += uops;
    f->used += uops;
    while (f->used > f->width) {
        u32 rest = f->used - f->width;
        f->used = f->width;
        advance(f, f->now + 1, TOPDOWN_BACKEND);
        f->used = rest;
    }
}

// -- Fetch --

// Begins the fetch group at `pc`: behind a taken branch, a full group or a page.
static void open_group(struct fast *f, u64 pc)
{
    u64 page = pc >> f->page_shift;
    cycle room = f->renamed[(f->instructions - f->queue) % FETCH_RING];
    if (f->fetch + f->depth < room)
        f->fetch = room - f->depth;
    u32 shift = f->cross_line ? f->page_shift : f->line_shift;
    u64 stop = ((pc >> shift) + 1) << shift;
    u64 full = pc + 4 * f->fetch_width;
    f->group_end = full < stop ? full : stop;
    f->passed = 0;
    if (page != f->page) {
        f->page = page;
        f->fetch += tlb_fetch(f->tlb, pc, f->fetch);
    }
}

static void open_line(struct fast *f, u64 pc)
{
    f->line = pc >> f->line_shift;
    cycle ready = hierarchy_fetch(f->memory, pc, f->fetch).ready;
    if (ready > f->fetch)
        f->fetch = ready;
}

static inline void fetch(struct fast *f, u64 pc)
{
    if (__builtin_expect(pc >= f->group_end || f->jumped, 0)) {
        f->fetch += !f->jumped;
        f->jumped = false;
        open_group(f, pc);
    }
    if (__builtin_expect(pc >> f->line_shift != f->line, 0))
        open_line(f, pc);
    cycle front = f->fetch + f->depth;
    if (front > f->now)
        advance(f, front, f->redirect ? TOPDOWN_BAD_SPECULATION : TOPDOWN_FRONTEND);
    f->redirect = false;
}

// What the branch does to the fetch of the next instruction. `resolved`: its issue.
static inline void steer(struct fast *f, const struct plan *p, const struct record *r, u64 pc,
                         cycle resolved)
{
    bool taken = r->head & RECORD_TAKEN;
    enum branch_kind kind = p->branch - 1;
    struct bpred_result b = bpred_predict_and_update(f->branch, kind, pc, taken, r->addr);
    f->branch_count += kind != BRANCH_DIRECT && kind != BRANCH_CALL;
    if (__builtin_expect(b.mispredicted, 0)) {
        // The penalty is from this issue to the issue of the next instruction,
        // which is a cycle behind its rename.
        cycle next = resolved + f->p->bp_penalty - 1;
        f->mispredictions++;
        f->fetch = next > f->depth ? next - f->depth : 0;
        f->jumped = true;
        f->redirect = true;
    } else if (taken) {
        f->fetch += 1 + b.bubbles;
        f->s.taken_bubbles += b.bubbles;
        f->jumped = true;
    } else if (++f->passed == f->p->fetch_not_taken) {
        f->fetch++;
        f->passed = 0;
    }
}

// -- Issue --

static inline cycle source(const struct fast *f, const struct plan *p, u32 k, cycle t)
{
    i64 c = (i64)f->ready[p->src[k]] - p->late[k];
    return c > (i64)t ? (cycle)c : t;
}

// The first cycle in which the sources let the first issue go.
static inline cycle sources(const struct fast *f, const struct plan *p)
{
    cycle t = f->now + 1;
    t = source(f, p, 0, t);
    t = source(f, p, 1, t);
    t = source(f, p, 2, t);
    for (u32 k = 3; k < p->src_count; k++)
        t = source(f, p, k, t);
    return t;
}

// The same for the address of a store, or for its data.
static inline cycle sources_of(const struct fast *f, const struct plan *p, u32 which)
{
    cycle t = f->now + 1;
    for (u32 k = 0; k < p->src_count; k++)
        if (which >> k & 1)
            t = source(f, p, k, t);
    return t;
}

static u32 wait_for_unit(struct fast *f, u32 units)
{
    u32 u;
    do {
        f->s.stall_scheduler++;
        advance(f, f->now + 1, TOPDOWN_BACKEND);
    } while ((u = bind(f, units)) == UNITS_MAX);
    return u;
}

static cycle take_unit(struct fast *f, const struct plan_issue *is, cycle t)
{
    u32 units = is->units;
    cycle c;
    if (__builtin_expect(units & f->bound, 1)) {
        units = queue_of(f, is->units);
        u32 u = bind(f, units);
        if (u == UNITS_MAX)
            u = wait_for_unit(f, units);
        c = free_cycle(f, u, t > f->now ? t : f->now + 1);
        reserve(f, u, c, is->busy);
        wait_in(f, u, c);
        return c;
    }
    while (__builtin_expect(lane_count(&f->waiting, f->memory_lane) >= f->memory_limit, 0)) {
        f->s.stall_scheduler++;
        advance(f, f->now + 1, TOPDOWN_BACKEND);
    }
    c = take_any(f, units, t > f->now ? t : f->now + 1, is->busy);
    wait_in(f, f->memory_lane, c);
    return c;
}

// All issues but that of the base: the first at or after `t`. Returns the cycle from
// which latency counts; `*access` is the cycle of the memory issue.
static inline cycle issue_all(struct fast *f, const struct plan *p, cycle t, cycle *access)
{
    cycle from = t;
    for (u32 k = 0; k < p->issue_count; k++) {
        const struct plan_issue *is = &p->issue[k];
        if (k == p->base_issue)
            continue;
        for (u32 n = 0; n < is->count; n++) {
            cycle c = take_unit(f, is, from + is->delay);
            if (c - is->delay > from)
                from = c - is->delay;
            if (k == p->memory_issue)
                *access = c;
        }
    }
    return from;
}

// -- Memory --

static inline struct granule *granule_of(struct fast *f, u64 number)
{
    return &f->granule[number % FORWARD];
}

// Sixteenths of a cycle are carried from one forwarding to the next.
static inline u32 whole(struct fast *f, u32 sixteenths)
{
    f->forward_part = (f->forward_part & 15) + sixteenths;
    return f->forward_part >> 4;
}

// If a store in flight has bytes of the load, the cycle at which they can be used.
static inline bool forward(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle access,
                           cycle *use)
{
    u64 first = addr >> 3, last = (addr + p->size - 1) >> 3;
    const struct granule *hit = NULL;
    bool several = false;
    for (u64 g = first; g <= last; g++) {
        const struct granule *w = granule_of(f, g);
        if (w->number != g + 1 || w->written <= access)
            continue;
        several |= hit && hit->line != w->line;
        if (!hit || w->data > hit->data)
            hit = w;
    }
    if (__builtin_expect(!hit, 1))
        return false;
    u64 *known = &f->pair[pc >> 2 & (f->pairs - 1)];
    u32 latency = *known == pc ? f->forward_known : f->forward_unknown;
    cycle from = hit->data;
    f->s.forwarded++;
    f->s.forward_known += *known == pc;
    if (*known != pc && access < hit->data) {
        f->s.violations++;
        from += f->p->memdep_violation;
    }
    *known = pc;
    if (first >> 3 != last >> 3)
        latency += f->forward_cross;
    cycle t = from + (several ? f->p->forward_fail : whole(f, latency));
    *use = t > access + f->p->load_to_use ? t : access + f->p->load_to_use;
    return true;
}

// Whether the address of a load is predicted, so that it need not wait for it. The
// predictor wants many loads of one stride, a page that stays, a line in the L1D.
static inline bool knows_address(struct fast *f, u64 pc, u64 addr)
{
    struct steady *s = &f->steady[pc >> 2 & (f->steadies - 1)];
    i64 stride = (i64)(addr - s->addr);
    bool same_page = (addr ^ s->addr) >> f->page_shift == 0;
    if (s->pc != pc || stride != s->stride) {
        bool small =
            s->pc == pc && stride <= (i64)f->p->lap_stride && -stride <= (i64)f->p->lap_stride;
        *s = (struct steady){ pc, addr, small ? (i32)stride : 0, 0 };
        return false;
    }
    s->addr = addr;
    if (s->seen < f->p->lap_train) {
        s->seen++;
        return false;
    }
    return same_page && hierarchy_l1d_contains(f->memory, addr);
}

// The cycle at which the value of a load that accesses at `access` can be used.
static inline cycle load(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle access,
                         cycle *use_as_address)
{
    u64 extra = p->latency + f->p->load_to_use - 4;   // tables count on 4
    cycle start = access + tlb_data(f->tlb, addr, access), use;
    f->s.loads++;
    if (forward(f, p, pc, addr, access, &use)) {
        use += extra - f->p->load_to_use;
        *use_as_address = use;
        return use;
    }
    cycle ready = hierarchy_load(f->memory, pc, addr, p->size, start).ready;
    use = ready + extra - f->p->load_to_address;
    *use_as_address = extra == f->p->load_to_use ? ready : use;
    return use;
}

static inline void store(struct fast *f, const struct plan *p, u64 addr, cycle data, cycle written)
{
    u64 first = addr >> 3, last = (addr + p->size - 1) >> 3;
    f->s.stores++;
    for (u64 g = first; g <= last; g++)
        *granule_of(f, g) = (struct granule){ g + 1, data, written, g >> 3 };
}

// When a store that retires at `t` is in the L1D: in order, so many a cycle.
static inline cycle write_back(struct fast *f, const struct plan *p, u64 pc, u64 addr, cycle t)
{
    cycle *slot = &f->written[f->written_turn];
    f->written_turn ^= 1;
    cycle earliest = *slot + 1, last = f->written[f->written_turn];
    t = t > earliest ? t : earliest;
    cycle ready = hierarchy_store(f->memory, pc, addr, p->size, t).ready;
    ready = ready > t ? ready : t;
    *slot = ready > last ? ready : last;
    return *slot;
}

// -- Retire --

// In order, so many groups a cycle; a group goes with its last member.
static inline cycle retire(struct fast *f, cycle complete)
{
    u32 number = f->next_group - 1;
    cycle rate = f->group[(number - f->rate) & f->group_mask].free;
    cycle t = complete > f->retired ? complete : f->retired;
    t = t > rate ? t : rate;
    f->group[number & f->group_mask].free = t + 1;
    f->retired = t;
    return t;
}

// -- One instruction --

static inline void set_result(struct fast *f, u8 reg, cycle use, cycle address)
{
    f->ready[reg] = use;
    f->ready[reg + PLAN_AS_ADDRESS] = address;
}

static inline void set_results(struct fast *f, const struct plan *p, cycle use, cycle address)
{
    set_result(f, p->dst[0], use, address);
    set_result(f, p->dst[1], use, address);
    for (u32 k = 2; k < p->dst_count; k++)
        set_result(f, p->dst[k], use, address);
}

static inline void set_base(struct fast *f, const struct plan *p, cycle access)
{
    if (p->base == PLAN_NONE)
        return;
    cycle t = access;
    if (p->base_issue < ISSUES_MAX) {
        cycle ready = f->ready[p->base];
        t = take_unit(f, &p->issue[p->base_issue], ready > f->now ? ready : f->now + 1);
    }
    set_result(f, p->base, t + 1, t + 1);
}

// The tail of a fused pair: it has the place and the time of its head.
static void visit_fused(struct fast *f, const struct plan *p, const struct record *r, u64 pc)
{
    f->s.fused++;
    fetch(f, pc);
    cycle done = 0;
    for (u32 k = 0; k < p->src_count; k++)
        done = f->ready[p->src[k]] > done ? f->ready[p->src[k]] : done;
    set_results(f, p, done, done);
    if (p->flags & PLAN_GROUP_END)
        f->group_left = 0;
    if (p->branch)
        steer(f, p, r, pc, done ? done - 1 : 0);
}

static inline bool try_fuse(struct fast *f, const struct plan *p, u64 pc)
{
    struct plan *head = (struct plan *)f->last;
    if (!p->fuse_tail || !head || f->last_pc + 4 != pc)
        return false;
    if (head->flags & PLAN_FUSED_HEAD)
        return true;
    if (plan_fuses(head, p)) {
        head->flags |= PLAN_FUSED_HEAD;   // from its next time on
        if (p->branch)
            head->issue[0].units &= f->units.branch;
    }
    return false;
}

// The common case of execute().
static inline cycle execute_simple(struct fast *f, const struct plan *p, cycle *issued)
{
    cycle t = f->now + 1;
    t = source(f, p, 0, t);
    t = source(f, p, 1, t);
    t = source(f, p, 2, t);
    u32 units = queue_of(f, p->issue[0].units), u = bind(f, units);
    if (__builtin_expect(u == UNITS_MAX, 0)) {
        u = wait_for_unit(f, units);
        t = t > f->now ? t : f->now + 1;
    }
    cycle c = free_cycle(f, u, t), done = c + p->latency;
    reserve(f, u, c, 1);
    wait_in(f, u, c);
    set_result(f, p->dst[0], done, done);
    set_result(f, p->dst[1], done, done);
    *issued = c;
    return done;
}

static inline cycle execute(struct fast *f, const struct plan *p, const struct record *r, u64 pc,
                            cycle *issued)
{
    if (!p->issue_count || (p->flags & PLAN_IMMEDIATE && f->immediates < f->p->rename_immediates)) {
        cycle t = f->now, a = f->now;
        f->immediates += p->flags & PLAN_IMMEDIATE;
        f->s.eliminated++;
        for (u32 k = 0; k < p->src_count; k++) {
            cycle use = f->ready[p->src[k]], address = f->ready[p->src[k] + PLAN_AS_ADDRESS];
            t = use > t ? use : t;
            a = address > a ? address : a;
        }
        set_results(f, p, t, a);
        *issued = f->now;
        return f->now;   // nothing to wait for at retirement
    }
    if (p->kind == PLAN_PLAIN) {
        cycle from = issue_all(f, p, sources(f, p), issued), done = from + p->latency;
        *issued = from;
        set_results(f, p, done, done);
        return done;
    }
    cycle t = p->kind == PLAN_STORE ? sources_of(f, p, ~(u32)p->data) : sources(f, p), access = t;
    cycle address;
    struct ring *q = p->kind == PLAN_STORE ? &f->stores : &f->loads;
    if (f->lap && p->kind == PLAN_LOAD && knows_address(f, pc, r->addr) && t > f->now + 1) {
        t = f->predicted > f->now ? f->predicted + 1 : f->now + 1;   // one a cycle
        f->predicted = t;
        f->s.predicted++;
    }
    cycle entry = q->free;
    t = t > entry ? t : entry;
    issue_all(f, p, t, &access);
    *issued = access;
    cycle done;
    if (p->kind == PLAN_STORE) {
        cycle data = sources_of(f, p, p->data);
        data = data > access ? data : access;
        done = data + 1;
        set_base(f, p, access);
        set_results(f, p, done, done);   // the status of an exclusive store
        *issued = data;
    } else {
        done = load(f, p, pc, r->addr, access, &address);
        set_base(f, p, access);
        set_results(f, p, done, address);
    }
    return done;
}

static inline void after_memory(struct fast *f, const struct plan *p, const struct record *r,
                                u64 pc, cycle issued, cycle retired)
{
    if (p->kind == PLAN_LOAD) {
        ring_take(&f->loads, retired);
        return;
    }
    cycle written = write_back(f, p, pc, r->addr, retired);
    ring_take(&f->stores, written);
    store(f, p, r->addr, issued, written);
}

static inline void visit(struct fast *f, const struct plan *p, const struct record *r, u64 pc)
{
    if (__builtin_expect(p->fuse_tail, 0) && try_fuse(f, p, pc)) {
        visit_fused(f, p, r, pc);
        return;
    }
    fetch(f, pc);
    if (f->used >= f->width)
        advance(f, f->now + 1, TOPDOWN_BACKEND);
    hold(f, p);
    take_slots(f, p->uops);

    cycle issued;
    bool simple = (p->flags & PLAN_SIMPLE) && p->issue[0].units & f->bound;
    cycle done = simple ? execute_simple(f, p, &issued) : execute(f, p, r, pc, &issued);
    cycle retired = retire(f, done);
    if (p->kind >= PLAN_LOAD)
        after_memory(f, p, r, pc, issued, retired);
    if (p->branch)
        steer(f, p, r, pc, issued);
    if (__builtin_expect(p->flags & PLAN_SERIALIZE, 0)) {
        f->fetch = retired + f->p->bp_penalty;
        f->jumped = true;
    }
}

// -- Life-cycle --

// Schedulers and dispatch queues, by unit.
static void set_queues(struct fast *f)
{
    const struct core_params *p = f->p;
    const u64 entries[] = { p->sched_u1, p->sched_u2, p->sched_u3,
                            p->sched_u4, p->sched_u5, p->sched_u6 };
    u32 ints = (u32)p->units_int, mems = (u32)p->units_mem;
    u64 queues = p->dispatch_int_queues, share = (ints + queues - 1) / queues;
    f->trios = ints == 6 && queues == 2;
    f->memory_lane = ints;
    f->memory_limit =
        (u32)(p->sched_mem + p->dispatch_mem < 250 ? p->sched_mem + p->dispatch_mem : 250);
    for (u32 u = 0; u < UNITS_MAX; u++) {
        if (u >= ints && u < ints + mems)
            continue;
        bool integer = u < ints;
        u64 own = !integer ? p->sched_fp : u < COUNT(entries) ? entries[u] : 8;
        u64 queue = integer ? p->dispatch_int : p->dispatch_fp;
        u64 part = queue / (integer ? share : p->units_fp);
        f->limit_alone[u] = (u8)(own + queue < 250 ? own + queue : 250);
        f->limit[u] = (u8)(own + part < 250 ? own + part : 250);
        f->bound |= (u16)(1u << u);
        if (integer && queues == 2) {
            f->half[u >= share] |= (u16)(1u << u);
            f->half_lanes[u >= share] |= 0xffull << 8 * u;
        }
    }
}

static u64 most(u64 n)
{
    return n < HOLD_MAX ? n : HOLD_MAX;
}

// The reorder buffer and what is held in it.
static void set_window(struct fast *f, struct arena *a)
{
    const struct core_params *p = f->p;
    u32 size = 16;
    while (size < p->rob_groups + p->rob_retire + 1)
        size *= 2;
    f->group = ARENA_ARRAY(a, size, struct group);
    f->group_mask = size - 1;
    f->group_limit = (u32)p->rob_groups;
    f->group_whole = (u32)(p->rob_group_size << 8 | p->rob_group_issues);
    f->rate = (u32)p->rob_retire;
    f->room = HOLD(HOLD_INT, most(p->prf_int)) | HOLD(HOLD_FP, most(p->prf_fp)) |
              HOLD(HOLD_FLAGS, most(p->prf_flags)) | HOLD(HOLD_WRITES, most(p->rob_writes)) |
              HOLD(HOLD_BRANCHES, most(p->branches_in_flight));
}

// The power of two nearest to `n` that is at most `most`.
static u32 near_power_of_two(u64 n, u32 most)
{
    u32 p = 1;
    while (p < most && 4 * (u64)p <= 3 * n - n / 2)
        p *= 2;
    return p;
}

static void *create(struct arena *a, const struct config *c, struct err *e)
{
    struct parts parts;
    const struct core_params *p = &c->core;
    if (!parts_of(p, &parts, e))
        return NULL;
    struct instr_table *table = instr_table_new(a, c, e);
    if (!table)
        return NULL;
    struct fast *f = ARENA_NEW(a, struct fast);
    f->p = p;
    f->table = table;
    f->units = instr_units(table);
    f->memory = hierarchy_new(a, &parts.memory, NULL);
    f->tlb = tlb_new(a, &parts.tlb, NULL, NULL);
    f->branch = bpred_new(a, &parts.branch);
    plan_book_init(&f->book, a);
    f->width = (u32)p->rename_width;
    f->depth = (u32)p->fetch_depth;
    f->queue = p->fetch_queue < FETCH_RING ? (u32)p->fetch_queue : FETCH_RING - 1;
    f->fetch_width = (u32)p->fetch_width;
    f->cross_line = p->fetch_cross_line;
    f->jumped = true;
    f->line = f->page = ~0ull;
    f->line_shift = (u32)__builtin_ctzll(p->fetch_line);
    f->page_shift = (u32)__builtin_ctzll(p->page_size);
    f->loads = ring_new(a, p->ldq);
    f->stores = ring_new(a, p->stq);
    set_window(f, a);
    f->lap = p->lap_present;
    f->steadies = near_power_of_two(p->lap_entries, STEADY);
    f->pairs = near_power_of_two(p->memdep_pairs, PAIRS);
    f->forward_known = (u32)(p->forward_known * 16 + 0.5);
    f->forward_unknown = (u32)(p->forward_latency * 16 + 0.5);
    f->forward_cross = (u32)(p->forward_cross_line * 16 + 0.5);
    set_queues(f);
    return f;
}

static void define(struct fast *f, u64 pc, u32 word)
{
    struct plan_page *page = plan_book_page(&f->book, pc / (4 * PLAN_PAGE));
    page->plan[pc / 4 % PLAN_PAGE] = plan_of(f->table, f->p, word);
}

static void feed(void *m, const struct record *r, size_t n)
{
    struct fast *f = m;
    const struct plan_page *page = NULL;
    for (const struct record *end = r + n; r < end; r++) {
        u64 pc = record_pc(r);
        if (__builtin_expect(r->head & RECORD_DEF, 0)) {
            define(f, pc, (u32)r->addr);
            continue;
        }
        u64 number = pc / (4 * PLAN_PAGE);
        if (__builtin_expect(!page || page->number != number, 0))
            page = plan_book_page(&f->book, number);
        const struct plan *p = &page->plan[pc / 4 % PLAN_PAGE];
        assert(p->kind != PLAN_UNKNOWN);
        visit(f, p, r, pc);
        f->renamed[f->instructions % FETCH_RING] = f->now;
        f->instructions++;
        f->last = p;
        f->last_pc = pc;
    }
}

static cycle now(const void *m)
{
    const struct fast *f = m;
    return f->retired > f->now ? f->retired : f->now;
}

static void drain(void *m)
{
    struct fast *f = m;
    advance(f, (f->retired > f->now ? f->retired : f->now) + 1, TOPDOWN_BACKEND);
}

static struct core_level level(const char *name, u64 accesses, u64 misses)
{
    return (struct core_level){ name, accesses, misses };
}

static void stats(const void *m, struct core_stats *s)
{
    const struct fast *f = m;
    struct hierarchy_stats h = hierarchy_stats(f->memory);
    struct tlb_stats t = tlb_stats(f->tlb);
    *s = (struct core_stats){ .instructions = f->instructions,
                              .cycles = f->now,
                              .branches = f->branch_count,
                              .mispredictions = f->mispredictions };
    memcpy(s->slots, f->slots, sizeof(s->slots));
    s->level[s->levels++] = level("l1i", h.l1i.reads, h.l1i.read_misses);
    s->level[s->levels++] =
        level("l1d", h.l1d.reads + h.l1d.writes, h.l1d.read_misses + h.l1d.write_misses);
    s->level[s->levels++] =
        level("l2", h.l2.reads + h.l2.writes, h.l2.read_misses + h.l2.write_misses);
    s->level[s->levels++] =
        level("slc", h.slc.reads + h.slc.writes, h.slc.read_misses + h.slc.write_misses);
    s->level[s->levels++] = level("itlb", t.l1i_accesses, t.l1i_misses);
    s->level[s->levels++] = level("dtlb", t.l1d_accesses, t.l1d_misses);
    s->level[s->levels++] = level("l2tlb", t.l2_accesses, t.l2_misses);
}

const struct core_model core_fast = { "fast", create, feed, now, drain, stats };
