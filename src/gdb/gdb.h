// gdb.h: a server of the GDB remote protocol for one guest process.
//
// It stands between the machine's loop and the instructions (struct debugger of
// exec/machine.h): whenever the guest stops it answers packets until it is told to go
// on. It knows the guest's registers, memory and Linux state, and no timing: what
// `monitor` commands say comes from a callback. docs/gdb.md lists what it can do.
#ifndef GDB_GDB_H
#define GDB_GDB_H

#include "base/err.h"
#include "exec/machine.h"

struct gdb;

// Answers a `monitor` command by writing to `f`.
typedef void gdb_monitor(void *ctx, const char *command, FILE *f);

// Listens on "PORT" (of 127.0.0.1), "HOST:PORT" or "[HOST]:PORT", HOST a numeric address;
// port 0 is any free one. A descriptor, and in `shown` what was taken ("127.0.0.1:1234");
// -1 and *e when it cannot be had.
int gdb_listen(const char *where, char shown[64], struct err *e);

// Waits for a connection and closes `listener`. -1 once *stop is set.
int gdb_accept(int listener, const volatile int *stop);

// Puts a server in front of `m`, whose guest is about to begin: the first instruction
// waits for the debugger. Packets come from descriptor `in` and go to `out` (they may be
// one); the server closes them. Freed by gdb_free, after which `m` runs without it.
struct gdb *gdb_new(struct machine *m, int in, int out, gdb_monitor *monitor, void *ctx);
void gdb_free(struct gdb *g);

// The guest has ended, or the machine stops for good: tells the debugger. `status` is what
// it shows when the guest has not exited itself.
void gdb_ended(struct gdb *g, enum machine_end end, int status);

// After a fork of the simulator, in the child: the debugger stays with the parent.
void gdb_forked(struct gdb *g);

#endif
