// fetch.c: which instructions come to rename, and when.
//
// A fetch takes neighbours up to a taken branch, the second branch not taken, the end
// of a line or page (core.fetch.cross_line), or its width. Behind a mispredicted branch
// it follows the predicted path through the instructions fetched before, with their lines,
// translations and branch predictions, until the branch issues. Of code that was never
// fetched it knows no instruction, but takes the lines, one behind the other.
#include "core/ooo/stages.h"

static inline bool was_fetched(const struct plan *p)
{
    return p->kind != PLAN_UNKNOWN && !p->fresh;
}

static const struct plan *wrong_plan(struct ooo *o, u64 pc)
{
    if (!pc || pc & 3)
        return NULL;
    const struct plan_page *page = o->wrong_page;
    if (!page || page->number != pc / (4 * PLAN_PAGE))
        page = o->wrong_page = plan_cache_find(&o->parts->plans, pc / (4 * PLAN_PAGE));
    const struct plan *p = page ? &page->plan[pc / 4 % PLAN_PAGE] : NULL;
    return p && was_fetched(p) ? p : NULL;
}

bool ooo_can_fetch(const struct ooo *o)
{
    return o->in_tail - o->in_next >= o->fetch_width || o->now < o->fetch_resume || o->wrong ||
           o->stopped || o->in_stop > o->in_next || o->ended;
}

// Whether the bytes at `pc` are there now; otherwise fetch waits.
static bool reach(struct ooo *o, u64 pc, u32 taken_so_far)
{
    u64 page = pc >> o->page_shift, line = pc >> o->line_shift;
    if (page != o->fetch_page) {
        if (taken_so_far)
            return false;
        o->fetch_page = page;
        u32 t = tlb_fetch(o->tlb, pc, o->now);
        if (t) {
            o->fetch_resume = o->now + t;
            o->fetch_cause = STACK_itlb;
            return false;
        }
    }
    if (line != o->line) {
        if (taken_so_far && !o->p->fetch_cross_line)
            return false;
        o->line = line;
        cycle ready = hierarchy_fetch(o->memory, pc, o->now).ready;
        if (ready > o->now) {
            o->fetch_resume = ready;
            o->fetch_cause = STACK_icache;
            return false;
        }
    }
    return true;
}

// How many instructions fetch has room for.
static u32 room(const struct ooo *o)
{
    u64 queue = o->fetch_room - (o->tail - o->renamed), window = WINDOW / 2 - (o->tail - o->head);
    u64 most = o->fetch_width < queue ? o->fetch_width : queue;
    return (u32)(most < window ? most : window);
}

static bool can_predict(const struct ooo *o)
{
    return o->predictions - o->predictions_retired < o->prediction_mask;
}

// Predicts the branch and turns fetch; whether the fetch ends with it.
static bool branch(struct ooo *o, struct inst *i)
{
    const struct plan *p = i->plan;
    u16 place = (u16)(o->predictions++ & o->prediction_mask);
    struct bpred_prediction *b = &o->prediction[place];
    i->branch = place;
    i->flags |= INST_PREDICTED;
    struct bpred_truth truth = { i->flags & INST_TAKEN, i->addr };
    bpred_predict(o->branch, p->branch - 1, i->pc, i->pc + (u64)(i64)p->displacement,
                  o->wrong ? NULL : &truth, b);
    u64 next = b->taken ? b->target : i->pc + 4;
    if (o->wrong) {
        o->wrong_pc = next;
    } else if (b->taken != !!(i->flags & INST_TAKEN) || (b->taken && b->target != i->addr)) {
        i->flags |= INST_MISPREDICTED;
        o->wrong = true;
        o->wrong_pc = next;
    }
    if (!b->taken && !b->bubbles)
        return false;
    o->fetch_resume = o->now + 1 + b->bubbles;
    if (b->bubbles)
        o->fetch_cause = STACK_bubbles;
    if (!o->wrong)
        o->s.taken_bubbles += b->bubbles;
    return true;
}

enum { AHEAD = 12 };

// The place of an instruction fetched in this cycle.
static inline struct inst *new_inst(const struct ooo *o, u64 seq)
{
    // The ring is larger than the host's first cache.
    const struct inst *soon = inst_of(o, seq + AHEAD);
    __builtin_prefetch(soon, 1);
    __builtin_prefetch(&soon->load, 1);
    return inst_of(o, seq);
}

// Whether fetch goes on behind `p` in the same line without asking anyone.
static inline bool runs_on(const struct plan *p, u64 next, u64 line_mask)
{
    return !p->branch && !(p->flags & PLAN_SERIALIZE) && next & line_mask;
}

// Takes the next instructions of the right path, one behind the other, up to a branch, one that
// serialises, the end of the line, or `most`.
static void take_right(struct ooo *o, u32 most, u64 line_mask)
{
    u64 in = o->in_next, end = o->in_tail - in < most ? o->in_tail : in + most, tail = o->tail;
    const struct input *r = &o->input[in % INPUT];
    const struct plan *p;
    u64 pc = r->head & RECORD_PC;
    cycle avail = o->now + o->depth;
    u8 cause = o->fetch_cause;
    do {
        struct inst *i = new_inst(o, tail++);
        if (__builtin_expect(r->plan->fresh, 0)) {
            plan_home(r->plan)->fresh = false;
            plan_cache_changed(plan_home(r->plan));
        }
        i->plan = p = r->plan;
        i->pc = pc;
        i->addr = r->addr;
        i->avail = avail;
        i->in = in++;
        i->cause = cause;
        i->flags = r->head & RECORD_TAKEN ? INST_TAKEN : 0;
        cause = STACK_bandwidth;
        pc += 4;
        r = &o->input[in % INPUT];
    } while (runs_on(p, pc, line_mask) && in != end && (r->head & RECORD_PC) == pc);
    o->s.fetched += tail - o->tail;
    o->in_next = in;
    o->tail = tail;
}

// The same on the wrong path, from `p` at o->wrong_pc on. A page of plans holds whole lines.
static void take_wrong(struct ooo *o, const struct plan *p, u32 most, u64 line_mask)
{
    u64 pc = o->wrong_pc, first = o->tail, tail = first, end = tail + most;
    cycle avail = o->now + o->depth;
    u8 cause = o->fetch_cause;
    do {
        struct inst *i = new_inst(o, tail++);
        i->plan = p;
        i->pc = pc;
        i->addr = 0;
        i->avail = avail;
        i->in = o->in_next;
        i->cause = cause;
        i->flags = INST_WRONG;
        cause = STACK_bandwidth;
        pc += 4;
    } while (runs_on(p, pc, line_mask) && tail != end && was_fetched(++p));
    o->s.fetched += tail - first;
    o->s.fetched_wrong += tail - first;
    o->wrong_pc = pc;
    o->tail = tail;
}

// Takes some neighbours; whether there were any.
static bool take_run(struct ooo *o, u32 most, u32 taken_so_far)
{
    u64 line_mask = (1ull << o->line_shift) - 1, first = o->tail;
    if (!o->wrong) {
        if (o->in_next == o->in_tail)
            return false;
        o->acted = true;
        if (!reach(o, o->input[o->in_next % INPUT].head & RECORD_PC, taken_so_far))
            return false;
        take_right(o, most, line_mask);
    } else {
        u64 pc = o->wrong_pc;
        const struct plan *p = wrong_plan(o, pc);
        if (!pc)
            return false;
        o->acted = true;
        if (!reach(o, pc, taken_so_far))
            return false;
        if (!p) {
            o->wrong_pc = (pc | line_mask) + 1;
            return false;
        }
        take_wrong(o, p, most, line_mask);
    }
    o->fetch_cause = STACK_bandwidth;
    if (__builtin_expect(o->times != NULL, 0))
        for (u64 seq = first; seq < o->tail; seq++)
            ooo_note(o, seq, STAGE_FETCH);
    return true;
}

void ooo_fetch(struct ooo *o)
{
    if (o->now < o->fetch_resume || o->stopped || !can_predict(o))
        return;
    u64 begin = o->tail;
    u32 passed = 0, most = room(o);
    for (u32 n = 0; n < most; n = (u32)(o->tail - begin)) {
        if (!take_run(o, most - n, n))
            return;
        struct inst *i = inst_of(o, o->tail - 1);
        if (i->plan->flags & PLAN_SERIALIZE) {
            o->stopped = !o->wrong;
            o->wrong_pc = 0;
            return;
        }
        if (i->plan->branch && (branch(o, i) || ++passed == o->not_taken || !can_predict(o)))
            return;
    }
}

void ooo_resolve(struct ooo *o, struct inst *i, u64 seq)
{
    if (!(i->flags & INST_MISPREDICTED))
        return;
    // The penalty is from this issue to the next one on the right path, which is two
    // cycles behind its rename.
    cycle front = o->now + o->p->bp_penalty, way = o->depth + 2;
    cycle resume = front > o->now + way ? front - way : o->now + 1;
    bool conditional = i->plan->branch == 1 + BRANCH_CONDITIONAL;
    ooo_want_squash(o, seq + 1, i->in + 1, resume, conditional ? STACK_conditional : STACK_target,
                    i->plan);
}
