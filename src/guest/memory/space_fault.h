// space_fault.h: faults of the host by accesses to a space.
#ifndef GUEST_SPACE_FAULT_H
#define GUEST_SPACE_FAULT_H

#include "base/types.h"

struct space;

// Where a host fault at `host` lies. SPACE_FAULT_NONE: not ours (a bug of the simulator).
// FETCH: *a is the pc that may not be executed; DATA: *a is the guest address
// (the guards included: SPACE_GUARD bytes before 0, as negative numbers, and past the window). Takes no lock: may be called in a
// signal handler.
enum space_fault { SPACE_FAULT_NONE, SPACE_FAULT_DATA, SPACE_FAULT_FETCH };
enum space_fault space_fault_at(const struct space *s, const void *host, vaddr *a);

// In a signal handler: if it was a copy of the simulator's that faulted, goes on after it and
// does not return. The handler must not block its signal.
void space_land(void);

// The signal and si_code Linux gives for a faulting access with `prot` at `a`:
// SIGSEGV with SEGV_MAPERR or SEGV_ACCERR, or SIGBUS with BUS_ADRERR past a file's end.
void space_fault_signal(struct space *s, vaddr a, u32 prot, int *sig, int *code);

#endif
