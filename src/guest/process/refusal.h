// refusal.h: what the bounds and the network refuse a guest is told, once each in a run.
#ifndef GUEST_REFUSAL_H
#define GUEST_REFUSAL_H

#include "guest/process.h"

// From now on what the bounds refuse is told, and what the host lacks ends the run.
void refusal_begin(struct process *p);

// One line that names the option, if it is the first such refusal and not `quiet`.
void refusal_tell(const struct process *p, enum bounds_refusal what);

#endif
