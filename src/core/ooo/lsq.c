// lsq.c: loads and stores: order among them, forwarding, caches.
//
// Addresses come with the records, so an older store whose address the core does not
// know yet is seen to overlap; the load goes ahead of it all the same, and when the store
// issues the load and what follows is thrown away, unless the dependence predictor held
// the load back until the store's address was known. Entries of the queues are taken at issue; the oldest access of its kind
// always gets one, for otherwise younger ones could hold all entries for good.
#include "core/ooo/stages.h"

static bool overlap(vaddr a, u32 a_size, vaddr b, u32 b_size)
{
    return a < b + b_size && b < a + a_size;
}

static u64 *bucket(u64 *buckets, u64 line)
{
    return &buckets[(line ^ line >> 10) % BUCKETS];
}

static bool crosses(vaddr addr, u32 size)
{
    return (addr ^ (addr + size - 1)) >> 6;
}

static struct store *store_of(struct ooo *o, u64 n)
{
    return &o->stores[n & o->store_mask];
}

static struct load *load_of(struct ooo *o, u64 n)
{
    return &o->loads[n & o->load_mask];
}

// -- Rename --

static void enter_load(struct ooo *o, struct inst *i, u64 seq)
{
    struct load *l = load_of(o, o->load_tail++);
    u64 *b = bucket(o->load_bucket, i->addr >> 6);
    *l = (struct load){ .addr = i->addr,
                        .pc = i->pc,
                        .seq = seq,
                        .predicted = LAP_NONE,
                        .size = i->plan->size,
                        .waited = ~0ull,
                        .asks = NONE };
    l->dead = i->flags & INST_WRONG;
    if (l->dead)
        return;
    l->prev = *b;
    *b = o->load_tail;
    o->crossing_loads += crosses(l->addr, l->size);
}

static void enter_store(struct ooo *o, struct inst *i)
{
    struct store *s = store_of(o, o->store_tail++);
    u64 *b = bucket(o->store_bucket, i->addr >> 6);
    *s = (struct store){ .addr = i->addr,
                         .pc = i->pc,
                         .issued = UNKNOWN,
                         .data = UNKNOWN,
                         .written = UNKNOWN,
                         .size = i->plan->size,
                         .atomic = i->plan->kind == PLAN_ATOMIC,
                         .narrow = i->plan->narrow,
                         .waiters = NONE,
                         .asking = NONE };
    s->dead = i->flags & INST_WRONG;
    if (s->dead)
        return;
    s->prev = *b;
    *b = o->store_tail;
    o->crossing_stores += crosses(s->addr, s->size);
    memdep_store(o->waits, i->pc, o->store_tail);
}

void ooo_enter_memory(struct ooo *o, struct inst *i, u64 seq)
{
    if (i->plan->kind != PLAN_STORE)
        enter_load(o, i, seq);
    if (i->plan->kind != PLAN_LOAD)
        enter_store(o, i);
}

void ooo_wait_for_store(struct ooo *o, struct inst *i, u16 op)
{
    if (i->plan->kind == PLAN_STORE || i->flags & INST_WRONG)
        return;
    u64 n = memdep_load(o->waits, i->pc);
    if (!n || n - 1 < o->store_head || n - 1 >= i->store)
        return;
    struct store *s = store_of(o, n - 1);
    load_of(o, i->load)->waited = n - 1;
    o->s.told_to_wait++;
    struct uop *u = &o->op[op];
    if (s->issued == UNKNOWN)
        ooo_wait_on(o, op, LINK_STORE, &s->waiters, (u16)((n - 1) & o->store_mask));
    else
        u->ready = later_of(u->ready, s->issued);
}

void ooo_address_known(struct ooo *o, const struct inst *i)
{
    store_of(o, i->store)->known = true;
}

// Whether a source of the load will not be there when it could first issue.
static bool address_is_late(const struct ooo *o, const struct inst *i)
{
    for (u32 k = 0; k < i->plan->src_count; k++) {
        u16 source = o->map[i->plan->src[k] % PLAN_REGS];
        if (source != NONE && ooo_value(o, source, i->plan->src[k]) > o->now + 2)
            return true;
    }
    return false;
}

// A predicted address is used when the address is late and the predicted line in the L1D. When it
// is wrong the load reads again once it has its address, and what follows is thrown away.
bool ooo_knows_address(struct ooo *o, struct inst *i)
{
    if (!o->lap || i->flags & INST_WRONG)
        return false;
    struct load *l = load_of(o, i->load);
    l->predicted = lap_predict(o->lap, i->pc);
    if (l->predicted == LAP_NONE || !address_is_late(o, i) ||
        !hierarchy_l1d_contains(o->memory, l->predicted))
        return false;
    if (l->predicted != l->addr) {
        l->misled = true;
        return false;
    }
    o->address_next = later_of(o->address_next, o->now + 2);
    o->s.addresses_used++;
    return true;
}

// -- Undo --

static void stop_asking(struct ooo *o, u64 n)
{
    struct load *l = load_of(o, n);
    if (!l->asked || l->asked - 1 < o->store_head)
        return;
    u16 slot = (u16)(n & o->load_mask);
    for (u16 *at = &store_of(o, l->asked - 1)->asking; *at != NONE; at = &o->loads[*at].asks)
        if (*at == slot) {
            *at = l->asks;
            return;
        }
}

void ooo_leave_memory(struct ooo *o, struct inst *i)
{
    if (i->plan->kind != PLAN_LOAD) {
        struct store *s = store_of(o, --o->store_tail);
        o->stq -= s->issued != UNKNOWN;
        if (!s->dead) {
            *bucket(o->store_bucket, s->addr >> 6) = s->prev;
            o->crossing_stores -= crosses(s->addr, s->size);
        }
    }
    if (i->plan->kind != PLAN_STORE) {
        struct load *l = load_of(o, --o->load_tail);
        o->ldq -= l->issued;
        stop_asking(o, o->load_tail);
        if (!l->dead) {
            *bucket(o->load_bucket, l->addr >> 6) = l->prev;
            o->crossing_loads -= crosses(l->addr, l->size);
        }
    }
}

// -- Issue --

bool ooo_may_access(const struct ooo *o, const struct inst *i)
{
    if (i->accesses > 1)
        return true;
    bool load = i->plan->kind != PLAN_STORE, store = i->plan->kind != PLAN_LOAD;
    if (load && o->ldq >= o->entries[STRUCTURE_loads] && i->load != o->load_free)
        return false;
    return !store || o->stq < o->entries[STRUCTURE_stores] || i->store == o->store_head;
}

// The youngest store older than `before` and not yet written that has bytes of the
// access; number + 1, 0: none. Only stores whose address is known, or all.
static u64 find_store(struct ooo *o, vaddr addr, u32 size, u64 before, bool known)
{
    u64 first = addr >> 6, last = (addr + size - 1) >> 6, best = 0;
    for (u64 line = first - (o->crossing_stores != 0); line <= last; line++)
        for (u64 n = *bucket(o->store_bucket, line); n > o->store_head;) {
            const struct store *s = store_of(o, n - 1);
            if (n <= best)
                break;
            if (n <= before && overlap(s->addr, s->size, addr, size) && (!known || s->known) &&
                s->written > o->now) {
                best = n;
                break;
            }
            n = s->prev;
        }
    return best;
}

// Where the bytes of a load come from that stores in flight have some of.
struct supply {
    cycle data;   // when the last of the stores has its own
    u32 more;   // stores beside the youngest
    bool lines;   // they are to two lines
    bool whole;   // they have all bytes
    bool narrow;   // one of them is
    u64 missing;   // number + 1 of one that has not its data, 0: none
};

// The bytes of the load that the store, which overlaps it, wrote: bit k is byte k.
static u64 bytes_of(const struct load *l, const struct store *s)
{
    i64 begin = (i64)(s->addr - l->addr), end = begin + s->size;
    begin = begin < 0 ? 0 : begin;
    end = end > l->size ? l->size : end;
    return end - begin >= 64 ? ~0ull : ((1ull << (end - begin)) - 1) << begin;
}

// When the store has the registers of which the load reads bytes.
static cycle data_for(const struct load *l, const struct store *s)
{
    if (!s->parts)
        return s->data;
    i64 begin = (i64)(l->addr - s->addr), end = begin + l->size, width = s->size / s->parts;
    cycle data = s->issued;
    for (i64 k = 0; k < s->parts; k++)
        if (begin < (k + 1) * width && end > k * width)
            data = later_of(data, s->part[k]);
    return data;
}

static struct supply supply_of(struct ooo *o, struct load *l, u64 n)
{
    const struct store *first = store_of(o, n - 1);
    struct supply from = { 0 };
    u64 all = l->size < 64 ? (1ull << l->size) - 1 : ~0ull, have = 0;
    for (; n; n = find_store(o, l->addr, l->size, n - 1, true)) {
        const struct store *s = store_of(o, n - 1);
        u64 bytes = bytes_of(l, s);
        if (!(bytes & ~have))
            continue;
        l->met |= l->waited == n - 1;
        cycle data = data_for(l, s);
        if (s->issued == UNKNOWN || data == UNKNOWN)
            from.missing = n;
        from.data = later_of(from.data, data);
        from.narrow |= s->narrow;
        from.lines |= (s->addr >> 6) != (first->addr >> 6);
        from.more += s != first;
        have |= bytes;
        from.whole = (have & all) == all;
        if (from.whole || from.missing)
            break;
    }
    return from;
}

static void store_complete(struct ooo *o, struct store *s);

static void answer(struct ooo *o, struct inst *i, cycle use, cycle address)
{
    i->use = later_of(use, o->now + 1);
    i->use_address = later_of(address, o->now + 1);
    ooo_wake_results(o, i, false);
    ooo_part_done(o, i, i->use);
    if (i->plan->kind != PLAN_ATOMIC)
        return;
    struct store *s = store_of(o, i->store);
    s->data = i->use - i->plan->latency + i->plan->data_latency;
    store_complete(o, s);
}

// The load goes on when the store has its data, or when it retires.
static void ask(struct ooo *o, const struct inst *i, u64 n)
{
    struct load *l = load_of(o, i->load);
    struct store *s = store_of(o, n - 1);
    l->asked = n;
    l->asks = s->asking;
    s->asking = (u16)(i->load & o->load_mask);
}

// Whether the core knows that the load will have all of what store n - 1 wrote. A load that
// was told to wait knows its store; for others the pair must have met before.
static bool foreseen(struct ooo *o, const struct inst *i, const struct load *l, u64 n)
{
    const struct store *s = store_of(o, n - 1);
    if (s->addr != l->addr || s->size != l->size)
        return false;
    if (s->data == s->issued)
        return l->waited == n - 1;
    if (memdep_knows(o->forwards, l->pc, s->pc))
        return true;
    if (find_store(o, l->addr, l->size, i->store, false) == n)
        memdep_met(o->forwards, l->pc, s->pc);
    return false;
}

static void forward(struct ooo *o, struct inst *i, u64 n)
{
    struct load *l = load_of(o, i->load);
    const struct store *s = store_of(o, n - 1);
    struct supply from = supply_of(o, l, n);
    if (from.missing) {
        ask(o, i, from.missing);
        return;
    }
    l->asked = 0;
    bool known = foreseen(o, i, l, n);
    u32 latency = known ? o->forward.known : o->forward.unknown;
    if (crosses(l->addr, l->size))
        latency += o->forward.cross;
    latency += 16 * from.more + (known && s->data == s->issued ? o->forward.address : 0);
    latency += known && s->made ? o->forward.made : 0;
    latency += plan_is_pair(i->plan) ? o->forward.pair : i->plan->wide ? o->forward.wide : 0;
    cycle t;
    if (i->plan->wide && from.narrow)
        t = forwarding_narrow(&o->forward, from.data);
    else if (s->atomic)
        t = from.data + o->p->load_to_use;
    else if (from.lines)
        t = from.data + o->p->forward_fail;
    else
        t = from.data + forwarding_cycles(&o->forward, latency);
    u32 extra =
        i->plan->wide && !s->atomic && !from.lines ? 0 : i->plan->latency - o->p->load_to_use;
    cycle use = later_of(t + extra, l->access + i->plan->latency);
    o->s.forwarded++;
    o->s.forward_failed += from.lines;
    answer(o, i, use, use);
}

static void read_cache(struct ooo *o, struct inst *i, struct load *l)
{
    u32 walk = tlb_data(o->tlb, l->addr, l->access), extra = i->plan->latency;
    cycle start = l->access + walk;
    struct access_result r = hierarchy_load(o->memory, l->pc, l->addr, l->size, start);
    cycle use = r.ready + extra - o->p->load_to_address;
    i->level = walk > r.ready - start ? STACK_dtlb : core_level_cause[r.level];
    if (walk)
        account_event(&o->account, EVENT_dtlb, i->plan);
    if (r.level != LEVEL_L1)
        account_event(&o->account, core_level_event[r.level], i->plan);
    o->s.loads_l1 += r.level == LEVEL_L1;
    o->s.loads_l2 += r.level == LEVEL_L2;
    o->s.loads_slc += r.level == LEVEL_SLC;
    o->s.loads_dram += r.level == LEVEL_DRAM;
    bool late =
        i->plan->data_latency || (o->p->load_cross_word && plan_crosses_word(i->plan, l->addr));
    answer(o, i, use, extra == o->p->load_to_use && !late ? r.ready : use);
}

// Throws away what follows the load, which used a value from another address.
static void misled(struct ooo *o, const struct inst *i, const struct load *l)
{
    cycle front = o->now + o->p->lap_wrong, way = o->depth + 2;
    cycle resume = front > o->now + way ? front - way : o->now + 1;
    o->s.addresses_wrong++;
    ooo_want_squash(o, l->seq + 1, i->in + 1, resume, STACK_ordering, i->plan);
}

static void issue_load(struct ooo *o, struct inst *i)
{
    struct load *l = load_of(o, i->load);
    if (l->misled)
        misled(o, i, l);
    l->issued = true;
    l->access = o->now;
    o->ldq++;
    if (l->dead) {   // no address: as if it hit
        cycle use = o->now + i->plan->latency;
        answer(o, i, use, use);
        return;
    }
    u64 n = find_store(o, l->addr, l->size, i->store, true);
    l->source = n;
    if (!n) {
        read_cache(o, i, l);
        return;
    }
    i->level = STACK_forward;
    account_event(&o->account, EVENT_forwarded, i->plan);
    forward(o, i, n);
}

// Whether the issued load should have had bytes of store n, whose address it did not know: younger
// stores that it knew have not all of them. One that still waits for data looks again itself.
static bool read_past(struct ooo *o, const struct load *l, u64 n)
{
    if (l->source <= n)
        return true;
    if (l->asked)
        return false;
    u64 left = bytes_of(l, store_of(o, n));
    for (u64 k = l->source; k > n + 1 && left; k = find_store(o, l->addr, l->size, k - 1, true))
        left &= ~bytes_of(l, store_of(o, k - 1));
    return left;
}

// Loads that read before this older store, whose address they did not know.
static void find_violation(struct ooo *o, struct inst *i, const struct store *s)
{
    u64 first = s->addr >> 6, last = (s->addr + s->size - 1) >> 6, oldest = ~0ull;
    for (u64 line = first - (o->crossing_loads != 0); line <= last; line++)
        for (u64 n = *bucket(o->load_bucket, line); n > i->load && n > o->load_head;) {
            const struct load *l = load_of(o, n - 1);
            bool own = i->plan->kind == PLAN_ATOMIC && n - 1 == i->load;
            if (l->issued && !own && overlap(l->addr, l->size, s->addr, s->size) &&
                n - 1 < oldest && read_past(o, l, i->store))
                oldest = n - 1;
            n = l->prev;
        }
    if (oldest == ~0ull)
        return;
    const struct load *l = load_of(o, oldest);
    o->s.violations++;
    // The store to wait for is the last one before the load, which may not have issued, but not
    // one that the load knew.
    u64 source = l->source > i->store
                     ? 0
                     : find_store(o, l->addr, l->size, inst_of(o, l->seq)->store, false);
    cycle front = o->now + o->p->memdep_violation, way = o->depth + 2;
    cycle resume = front > o->now + way ? front - way : o->now + 1;
    const struct inst *again = inst_of(o, l->seq);
    ooo_want_squash(o, l->seq, again->in, resume, STACK_ordering, again->plan);
    if (o->squash.seq == l->seq && o->squash.cause == STACK_ordering) {
        o->squash.load = l->pc;
        o->squash.store = source ? store_of(o, source - 1)->pc : s->pc;
    }
}

static void tell_askers(struct ooo *o, struct store *s)
{
    u16 slot = s->asking;
    s->asking = NONE;
    while (slot != NONE) {
        struct load *l = &o->loads[slot];
        slot = l->asks;
        forward(o, inst_of(o, l->seq), l->source);
    }
}

// A register of the store's data is there at `t`.
void ooo_store_part(struct ooo *o, const struct inst *i, u32 k, cycle t)
{
    struct store *s = store_of(o, i->store);
    u32 part = (u32)__builtin_popcount(i->plan->data & ((1u << k) - 1));
    if (!s->parts || part >= PLAN_PARTS)
        return;
    s->part[part] = t;
    if (s->issued != UNKNOWN)
        tell_askers(o, s);
}

// Address and data are there: loads that asked for them may go.
static void store_complete(struct ooo *o, struct store *s)
{
    if (s->issued == UNKNOWN || s->data == UNKNOWN)
        return;
    s->data = later_of(s->data, s->issued);
    tell_askers(o, s);
}

static void issue_store(struct ooo *o, struct inst *i)
{
    struct store *s = store_of(o, i->store);
    s->issued = o->now;
    o->stq++;
    if (!s->dead) {
        s->issued += tlb_data(o->tlb, s->addr, o->now);
        find_violation(o, i, s);
    }
    ooo_wake_at(o, &s->waiters, s->issued);
    store_complete(o, s);
}

void ooo_store_data(struct ooo *o, struct inst *i, cycle t)
{
    struct store *s = store_of(o, i->store);
    t += i->plan->data_latency;
    s->data = t;
    i->use = i->use_address = t + 1;   // the status of an exclusive store
    ooo_wake_results(o, i, false);
    ooo_part_done(o, i, t + 1);
    store_complete(o, s);
}

void ooo_access(struct ooo *o, struct inst *i)
{
    if (i->plan->kind == PLAN_STORE) {
        issue_store(o, i);
        return;
    }
    issue_load(o, i);
    if (i->plan->kind == PLAN_ATOMIC)
        issue_store(o, i);
}

// -- Retirement --

// Whether nothing can throw away what follows the instruction.
static bool is_safe(const struct ooo *o, const struct inst *i)
{
    if (i->plan->kind == PLAN_STORE)
        return !i->accesses || i->flags & INST_RENAMED_AWAY;
    if (i->plan->kind >= PLAN_LOAD)
        return !i->pending && i->done <= o->now;
    return !(i->plan->branch || i->flags & INST_HEAD) || !i->pending;
}

// A load gives its entry back when it has its value and neither it nor anything older
// can be thrown away, which may be before it retires.
void ooo_free_loads(struct ooo *o)
{
    for (; o->safe < o->renamed; o->safe++) {
        const struct inst *i = inst_of(o, o->safe);
        if (i->flags & INST_WRONG || !is_safe(o, i))
            return;
        bool load = i->plan->kind == PLAN_LOAD || i->plan->kind == PLAN_ATOMIC;
        if (!load || i->flags & INST_RENAMED_AWAY)
            continue;
        o->ldq--;
        o->load_free++;
        o->acted = true;
    }
}

// When a store that retires now is in the L1D: not before it has gone through the pipeline.
static cycle write_store(struct ooo *o, const struct store *s)
{
    cycle from = later_of(o->now, s->data + o->p->store_to_write);
    return write_back(&o->ports, (u32)o->p->store_width, o->memory, s->pc, s->addr, s->size, from);
}

static void retire_load(struct ooo *o, struct inst *i)
{
    struct load *l = load_of(o, o->load_head++);
    o->s.loads++;
    o->crossing_loads -= crosses(l->addr, l->size);
    if (l->waited != ~0ull)
        memdep_waited(o->waits, l->pc, l->waited + 1, l->met);
    if (o->lap && i->plan->kind == PLAN_LOAD)
        lap_train(o->lap, l->pc, l->addr, l->predicted);
}

void ooo_retire_memory(struct ooo *o, struct inst *i)
{
    if (i->plan->kind != PLAN_STORE)
        retire_load(o, i);
    if (i->plan->kind != PLAN_LOAD) {
        struct store *s = store_of(o, o->store_retired++);
        s->written = write_store(o, s);
        o->s.stores++;
        tell_askers(o, s);
    }
}

void ooo_write_stores(struct ooo *o)
{
    while (o->store_head < o->store_retired) {
        const struct store *s = store_of(o, o->store_head);
        if (s->written > o->now)
            return;
        o->store_head++;
        o->stq--;
        o->crossing_stores -= crosses(s->addr, s->size);
        o->acted = true;
    }
}
