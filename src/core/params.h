// params.h: the parameters of uarch/ parts, made from those of a core.
//
// uarch/ knows no configuration and config/ knows no parts; this is where they meet.
#ifndef CORE_PARAMS_H
#define CORE_PARAMS_H

#include "config/config.h"
#include "uarch/bpred/bpred.h"
#include "uarch/hierarchy.h"
#include "uarch/lap.h"
#include "uarch/memdep.h"
#include "uarch/tlb.h"

struct uarch_params {
    struct hierarchy_params memory;
    struct tlb_params tlb;
    struct bpred_params branch;
    struct memdep_params waits, forwards;   // pairs that wait, pairs that forward faster
    struct lap_params lap;
};

void uarch_params_of(const struct core_params *p, struct uarch_params *out);

#endif
