// meter.h: a shared pipe of finite bandwidth.
//
// Time is cut into slices of a few cycles, each of which carries a fixed number
// of bytes. A transfer takes the first room at or after the cycle it asks for.
// Because the slices remember what was taken, requests may come in any order of
// time, as they do in a one-pass model where a later instruction can go first.
#ifndef UARCH_METER_H
#define UARCH_METER_H

#include "base/types.h"

struct arena;
struct meter;

// Carries `bytes` bytes in `cycles` cycles; bytes 0 means without limit.
struct meter *meter_new(struct arena *a, u32 bytes, u32 cycles);

// Reserves `bytes` at or after `now`; the cycle at which the transfer begins.
cycle meter_take(struct meter *m, cycle now, u32 bytes);

// Forgets all transfers: time may begin anew.
void meter_settle(struct meter *m);

#endif
