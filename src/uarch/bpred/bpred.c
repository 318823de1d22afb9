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
    u8 override_bubbles;
    struct next_fetch *next_fetch;
    struct btb *btb;
    struct ras *ras;
    struct indirect *indirect;
    // Counted apart, one addition a branch; bpred_stats() adds up.
    u64 seen[BRANCH_KINDS][4];   // taken | wrong << 1
    u64 level[4], bubbles, overridden;
};

struct bpred *bpred_new(struct arena *a, const struct bpred_params *p)
{
    struct bpred *b = ARENA_NEW(a, struct bpred);
    assert(p->kind < BPRED_KINDS);
    b->masks = history_masks(&p->history);
    b->policy = &policies[p->kind];
    b->state = b->policy->create(a, p);
    b->told = p->kind == BPRED_perfect;
    b->next_fetch = next_fetch_new(a, &p->next_fetch);
    b->override_bubbles = (u8)p->override_bubbles;
    b->btb = btb_new(a, &p->btb);
    b->ras = ras_new(a, &p->ras);
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

// Past the branch; whether the slower predictor turned fetch at it or before it.
static bool pass_fetch(struct bpred *b, enum branch_kind kind, vaddr pc, bool taken, vaddr target)
{
    struct next_fetch_branch n = { .pc = pc,
                                   .target = target,
                                   .conditional = kind == BRANCH_CONDITIONAL || is_indirect(kind),
                                   .taken = taken,
                                   .told = kind == BRANCH_RETURN };
    return next_fetch_pass(b->next_fetch, &n) && !b->told;
}

// What finding the target of a taken branch costs fetch.
static u8 target_bubbles(struct bpred *b, vaddr pc, vaddr target)
{
    struct btb_answer r = btb_taken(b->btb, pc, target);
    b->level[r.level]++;
    return r.bubbles;
}

// What the branch costs fetch when it goes as predicted.
static u8 bubbles(struct bpred *b, enum branch_kind kind, vaddr pc, bool taken, vaddr target)
{
    bool turned = pass_fetch(b, kind, pc, taken, target);
    u8 lost = taken ? target_bubbles(b, pc, target) : 0;
    if (turned && lost < b->override_bubbles)
        lost = b->override_bubbles;
    b->overridden += turned;
    b->bubbles += lost;
    return lost;
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
    struct bpred_result r = { .mispredicted = wrong,
                              .bubbles = bubbles(b, kind, pc, taken, target) };
    if (taken)
        history_taken(&b->history, &b->masks, pc, target);
    else if (wrong)
        next_fetch_turn(b->next_fetch, pc + 4);
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
        .fetch = next_fetch_at(b->next_fetch),
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
    out->bubbles = bubbles(b, kind, pc, out->taken, out->target);
    pass(b, kind, pc, out->taken, out->target);
}

void bpred_recover(struct bpred *b, const struct bpred_prediction *p, bool taken, vaddr target)
{
    b->history = p->history;
    ras_restore(b->ras, &p->ras);
    if (p->kind == BRANCH_RETURN)
        ras_pop(b->ras);
    next_fetch_restore(b->next_fetch, &p->fetch);
    pass_fetch(b, p->kind, p->pc, taken, target);
    if (!taken)
        next_fetch_turn(b->next_fetch, p->pc + 4);
    pass(b, p->kind, p->pc, taken, target);
}

void bpred_rewind(struct bpred *b, const struct bpred_prediction *p)
{
    b->history = p->history;
    ras_restore(b->ras, &p->ras);
    next_fetch_restore(b->next_fetch, &p->fetch);
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
                             .overridden = b->overridden,
                             .bubbles = b->bubbles };
    for (u32 k = 0; k < BRANCH_KINDS; k++)
        add(&s, k, b->seen[k]);
    return s;
}

void bpred_save(struct bpred *b, struct save *s)
{
    save_section(s, "bpred", 4);
    save_same(s, (u64)(b->policy - policies));
    SAVE(s, b->history);
    b->policy->save(b->state, s);
    next_fetch_save(b->next_fetch, s);
    btb_save(b->btb, s);
    ras_keep(b->ras, s);
    indirect_save(b->indirect, s);
    SAVE(s, b->seen);
    SAVE(s, b->level);
    SAVE(s, b->overridden);
    SAVE(s, b->bubbles);
}
