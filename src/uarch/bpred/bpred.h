// bpred.h: the branch unit: direction, target and return address together.
//
// Two ways to use it. A model that sees branches in program order with their outcome calls
// bpred_predict_and_update. A model that fetches ahead calls bpred_predict at fetch, which also
// moves the speculative history as predicted, keeps the result with the branch, calls
// bpred_recover when it was wrong, and bpred_train when the branch retires.
#ifndef UARCH_BPRED_BPRED_H
#define UARCH_BPRED_BPRED_H

#include "base/stat.h"
#include "base/types.h"
#include "uarch/bpred/btb.h"
#include "uarch/bpred/history.h"
#include "uarch/bpred/indirect.h"
#include "uarch/bpred/next_fetch.h"
#include "uarch/bpred/ras.h"
#include "uarch/bpred/tage.h"

struct arena;
struct save;

enum bpred_kind {
#define BPRED(id, ...) BPRED_##id,
#include "uarch/bpred/bpred.def"
#undef BPRED
    BPRED_KINDS
};

struct bpred_params {
    u32 kind;           // enum bpred_kind: of conditional branches
    u32 counter_bits;   // log2 of the counters of bimodal and gshare, at most 20
    u32 outcomes;       // of the last branches that gshare sees, at most 32
    struct history_params history;
    struct tage_params tage;
    struct next_fetch_params next_fetch;
    u32 override_bubbles;   // where a slower predictor turns fetch: next_fetch.h
    struct btb_params btb;
    struct ras_params ras;
    struct indirect_params indirect;
};

struct bpred_stats {
#define STAT(field, ...) u64 field;
#include "uarch/bpred/bpred_stats.def"
#undef STAT
};

extern const struct stat_row bpred_stat_rows[];

enum branch_kind {
    BRANCH_CONDITIONAL,     // b.cond, cbz, cbnz, tbz, tbnz
    BRANCH_DIRECT,          // b
    BRANCH_CALL,            // bl
    BRANCH_INDIRECT,        // br
    BRANCH_INDIRECT_CALL,   // blr
    BRANCH_RETURN,          // ret
    BRANCH_KINDS,
};

struct bpred_result {
    bool mispredicted;   // direction or target: costs the core its refill
    u8 bubbles;   // otherwise: fetch cycles lost
};

// Where a branch goes, of a branch on the right path.
struct bpred_truth {
    bool taken;
    vaddr target;   // if taken
};

// What a policy remembers of a prediction until the branch retires. Plain data; larger than
// any policy's own.
struct bpred_lookup {
    u64 word[5];
};

struct bpred;

struct bpred *bpred_new(struct arena *a, const struct bpred_params *p);

// `target` is where the branch went if `taken`.
struct bpred_result bpred_predict_and_update(struct bpred *b, enum branch_kind kind, vaddr pc,
                                             bool taken, vaddr target);

// For models that fetch ahead. Plain data, kept with the branch in flight.
struct bpred_prediction {
    bool taken;
    u8 kind;   // enum branch_kind
    u8 bubbles;
    vaddr pc, target;   // predicted next address if taken; 0: unknown
    struct history history;   // before this branch
    struct ras_state ras;   // before this branch
    struct next_fetch_state fetch;   // before this branch
    union {
        struct bpred_lookup direction;   // of conditional branches
        struct indirect_lookup indirect;
    };
};

// Predicts and moves history and return stack as predicted. `direct_target` is
// the target in the instruction, for kinds that have one. `truth` is for a predictor
// that is told; NULL on a wrong path.
void bpred_predict(struct bpred *b, enum branch_kind kind, vaddr pc, vaddr direct_target,
                   const struct bpred_truth *truth, struct bpred_prediction *out);

// Goes back to the state before the branch and past it along the right path.
void bpred_recover(struct bpred *b, const struct bpred_prediction *p, bool taken, vaddr target);

// Goes back to the state before the branch, which will be predicted again.
void bpred_rewind(struct bpred *b, const struct bpred_prediction *p);

// Trains the tables with the outcome of a branch that retires.
void bpred_train(struct bpred *b, const struct bpred_prediction *p, bool taken, vaddr target);

struct bpred_stats bpred_stats(const struct bpred *b);

// Writes or reads its section; no branch is in flight.
void bpred_save(struct bpred *b, struct save *s);

#endif
