// space_code.h: who executes in a space, and what it has decoded.
#ifndef GUEST_SPACE_CODE_H
#define GUEST_SPACE_CODE_H

#include <stdbool.h>

#include "base/types.h"

struct space;

// To be called around the execution of guest instructions: true is to be handed to
// space_leave.
bool space_enter(struct space *s);
void space_leave(struct space *s, bool entered);

// Around fork: nobody else is inside, and the child can use the space.
void space_before_fork(struct space *s);
void space_after_fork(struct space *s, bool child);

// What a child would cost by now (space_list.h: region_cost). `whole`: it has all of its parent's
// memory, whatever was advised.
u64 space_fork_cost(struct space *s, bool whole);

// In the child, which has its place in the bounds by now, with `counted` of cost: what it is not to
// have of its parent goes.
void space_forked(struct space *s, bool whole, u64 counted);

// Calls f(ctx) while nobody executes. Not to be called between the two above.
void space_exclusive(struct space *s, void (*f)(void *ctx), void *ctx);

// Forgets decoded instructions of [a, a + len): IC IVAU. Outside executable memory
// it does nothing.
void space_invalidate_code(struct space *s, vaddr a, u64 len);

// Empties the decoded form of the instruction at `a` while nobody executes.
void space_forget(struct space *s, vaddr a);

#endif
