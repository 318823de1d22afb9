#include "uarch/bpred/bpred.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/bpred/bpred_policy.h"

const struct stat_row bpred_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct bpred_stats, field) },
#include "uarch/bpred/bpred_stats.def"
#undef STAT
    { 0 },
};

static const struct policy {
    void *(*create)(struct arena *a, const struct bpred_params *p);
    bool (*predict)(void *state, const struct bpred_question *q, struct bpred_lookup *lookup);
    void (*update)(void *state, const struct bpred_lookup *lookup, bool taken);
    void (*save)(void *state, struct save *s);
} policies[BPRED_KINDS] = {
#define BPRED(id, ...) \
    { bpred_##id##_new, bpred_##id##_predict, bpred_##id##_update, bpred_##id##_save },
#include "uarch/bpred/bpred.def"
#undef BPRED
};

struct bpred {
    struct history_masks masks;
    struct history history;   // speculative, when predictions run ahead
    const struct policy *policy;
    void *state;   // of the policy
    bool told;     // targets too are known before
    u8 return_bubbles;
    bool popped;   // the last of calls and returns was a return
    struct btb *btb;
    struct ras *ras;
    struct indirect *indirect;
    // Counted apart, one addition a branch; bpred_stats() adds up.
    u64 seen[BRANCH_KINDS][4];   // taken | wrong << 1
    u64 level[4], bubbles;
};

struct bpred *bpred_new(struct arena *a, const struct bpred_params *p)
{
    struct bpred *b = ARENA_NEW(a, struct bpred);
    assert(p->kind < BPRED_KINDS);
    b->masks = history_masks(&p->history);
    b->policy = &policies[p->kind];
    b->state = b->policy->create(a, p);
    b->told = p->kind == BPRED_perfect;
    b->btb = btb_new(a, &p->btb);
    b->ras = ras_new(a, &p->ras);
    b->return_bubbles = (u8)p->return_bubbles;
    b->indirect = indirect_new(a, &p->indirect, &p->history);
    return b;
}

static bool is_indirect(enum branch_kind kind)
{
    return kind == BRANCH_INDIRECT || kind == BRANCH_INDIRECT_CALL;
}

static bool is_call(enum branch_kind kind)
{
    return kind == BRANCH_CALL || kind == BRANCH_INDIRECT_CALL;
}

static inline void count(struct bpred *b, enum branch_kind kind, bool taken, bool wrong)
{
    b->seen[kind][taken | wrong << 1]++;
}

static void add(struct bpred_stats *s, enum branch_kind kind, const u64 seen[4])
{
    u64 wrong = seen[2] + seen[3], all = seen[0] + seen[1] + wrong;
    s->branches += all;
    s->taken += seen[1] + seen[3];
    s->mispredicted += wrong;
    if (kind == BRANCH_CONDITIONAL) {
        s->conditional += all;
        s->conditional_wrong += wrong;
    } else if (is_indirect(kind)) {
        s->indirect += all;
        s->indirect_wrong += wrong;
    } else if (kind == BRANCH_RETURN) {
        s->returns += all;
        s->returns_wrong += wrong;
    }
}

// What finding the target of a taken branch costs fetch. The return stack's top is at hand behind a
// call; behind a return, fetch goes first where this one went last time, then where the stack says.
static u8 bubbles(struct bpred *b, enum branch_kind kind, vaddr pc, vaddr target)
{
    struct btb_answer r = btb_taken(b->btb, pc, target);
    if (kind == BRANCH_RETURN && r.moved && b->popped && r.bubbles < b->return_bubbles)
        r.bubbles = b->return_bubbles;
    if (kind == BRANCH_RETURN || is_call(kind))
        b->popped = kind == BRANCH_RETURN;
    b->level[r.level]++;
    b->bubbles += r.bubbles;
    return r.bubbles;
}

struct bpred_result bpred_predict_and_update(struct bpred *b, enum branch_kind kind, vaddr pc,
                                             bool taken, vaddr target)
{
    bool wrong = false;
    if (kind == BRANCH_CONDITIONAL) {
        struct bpred_lookup l;
        struct bpred_truth truth = { taken, target };
        struct bpred_question q = { pc, &b->history, &truth };
        wrong = b->policy->predict(b->state, &q, &l) != taken;
        b->policy->update(b->state, &l, taken);
        history_outcome(&b->history, taken);
    } else if (kind == BRANCH_RETURN) {
        wrong = ras_pop(b->ras) != target;
    } else if (is_indirect(kind)) {
        struct indirect_lookup l;
        wrong = indirect_predict(b->indirect, &b->history, pc, &l) != target;
        indirect_update(b->indirect, &l, target);
    }
    if (is_call(kind))
        ras_push(b->ras, pc + 4);
    wrong &= !b->told;
    struct bpred_result r = { .mispredicted = wrong };
    if (taken) {
        r.bubbles = bubbles(b, kind, pc, target);
        history_taken(&b->history, &b->masks, pc, target);
    }
    count(b, kind, taken, wrong);
    return r;
}

// What a branch does to history and return stack once its outcome is known or
// believed.
static void pass(struct bpred *b, enum branch_kind kind, vaddr pc, bool taken, vaddr target)
{
    if (is_call(kind))
        ras_push(b->ras, pc + 4);
    if (kind == BRANCH_CONDITIONAL)
        history_outcome(&b->history, taken);
    if (taken)
        history_taken(&b->history, &b->masks, pc, target);
}

void bpred_predict(struct bpred *b, enum branch_kind kind, vaddr pc, vaddr direct_target,
                   const struct bpred_truth *truth, struct bpred_prediction *out)
{
    *out = (struct bpred_prediction){
        .kind = (u8)kind,
        .taken = true,
        .pc = pc,
        .target = direct_target,
        .history = b->history,
        .ras = ras_save(b->ras),
    };
    if (kind == BRANCH_CONDITIONAL)
        out->taken = b->policy->predict(
            b->state, &(struct bpred_question){ pc, &b->history, truth }, &out->direction);
    else if (kind == BRANCH_RETURN)
        out->target = ras_pop(b->ras);
    else if (is_indirect(kind))
        out->target = indirect_predict(b->indirect, &b->history, pc, &out->indirect);
    if (b->told && truth)
        out->target = truth->target;
    if (out->taken)
        out->bubbles = bubbles(b, kind, pc, out->target);
    pass(b, kind, pc, out->taken, out->target);
}

void bpred_recover(struct bpred *b, const struct bpred_prediction *p, bool taken, vaddr target)
{
    b->history = p->history;
    ras_restore(b->ras, &p->ras);
    if (p->kind == BRANCH_RETURN)
        ras_pop(b->ras);
    pass(b, p->kind, p->pc, taken, target);
}

void bpred_rewind(struct bpred *b, const struct bpred_prediction *p)
{
    b->history = p->history;
    ras_restore(b->ras, &p->ras);
}

void bpred_train(struct bpred *b, const struct bpred_prediction *p, bool taken, vaddr target)
{
    if (p->kind == BRANCH_CONDITIONAL)
        b->policy->update(b->state, &p->direction, taken);
    else if (is_indirect(p->kind))
        indirect_update(b->indirect, &p->indirect, target);
    bool wrong = p->taken != taken || (taken && p->target != target);
    count(b, p->kind, taken, wrong);
}

struct bpred_stats bpred_stats(const struct bpred *b)
{
    struct bpred_stats s = { .btb_l1 = b->level[0],
                             .btb_l2 = b->level[1],
                             .btb_predecoded = b->level[2],
                             .btb_decode = b->level[3],
                             .bubbles = b->bubbles };
    for (u32 k = 0; k < BRANCH_KINDS; k++)
        add(&s, k, b->seen[k]);
    return s;
}

void bpred_save(struct bpred *b, struct save *s)
{
    save_section(s, "bpred", 2);
    save_same(s, (u64)(b->policy - policies));
    SAVE(s, b->history);
    SAVE(s, b->popped);
    b->policy->save(b->state, s);
    btb_save(b->btb, s);
    ras_keep(b->ras, s);
    indirect_save(b->indirect, s);
    SAVE(s, b->seen);
    SAVE(s, b->level);
    SAVE(s, b->bubbles);
}
