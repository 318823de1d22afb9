// session.h: what the files of gdb/ share.
#ifndef GDB_SESSION_H
#define GDB_SESSION_H

#include "gdb/gdb.h"
#include "gdb/packet.h"

enum {
    GDB_BREAKS = 1024,       // breakpoints at a time
    GDB_WATCHES = 16,        // watchpoints at a time
    GDB_WATCH_MAX = 4096,    // bytes of one
    GDB_ACTIONS = 32,        // of one vCont
    GDB_FILES = 64,          // open by vFile
    ACCESS_MAX = 64,         // bytes of the largest access: ST4 of 16 each, DC ZVA
};

enum stop_why { WHY_SIGNAL, WHY_SWBREAK, WHY_HWBREAK, WHY_WATCH, WHY_RWATCH, WHY_AWATCH, WHY_EXEC };

// Why the guest stands, or is about to.
struct stop {
    bool due;                // to be told before the next instruction
    enum stop_why why;
    int sig, tid;            // sig: Linux' number
    vaddr addr;              // of a watchpoint
};

// How a thread goes on. Kinds: c, s, and r: step while pc is in [from, to).
struct action {
    char kind;
    int sig;                 // to deliver first, Linux' number, or 0
    int tid;                 // 0: every thread without an action before this one
    vaddr from, to;
};

struct breakpoint {
    vaddr addr;
    bool hardware;
};

// `bytes` are what the memory around it was: [area, area + area_len).
struct watch {
    enum stop_why why;
    vaddr addr, area;
    u32 len, area_len;       // area_len 0: not mapped
    u8 *bytes;
};

struct gdb {
    struct machine *machine;
    struct process *process;
    gdb_monitor *monitor;
    void *monitor_ctx;
    struct debugger hook;
    int in, out;
    bool gone;               // no debugger any more
    bool awaiting;           // the debugger waits for a stop to be told
    bool no_ack, swbreak, hwbreak, exec_events;
    bool injecting;          // the signal being delivered is the debugger's own
    struct stop stop;
    struct guest_siginfo info;   // of the signal it stands for
    int general, resumed;    // threads chosen by Hg and Hc; 0: any
    struct action actions[GDB_ACTIONS];
    u32 action_count;
    u64 pass[2];             // gdb's numbers of signals that do not stop
    const void *arguments;   // the process' own, of the program known to the debugger
    struct breakpoint breaks[GDB_BREAKS];
    u32 break_count;
    struct watch watches[GDB_WATCHES];
    u32 watch_count;
    struct recorder recorder;   // of single steps
    char *description;   // of the registers
    u8 *auxv;
    u64 auxv_len;
    int files[GDB_FILES];
    u8 input[4096];
    u32 input_at, input_len;
    struct packet_reader reader;
    struct packet_writer reply;
};

// What a packet leads to.
enum next { NEXT_PACKET, NEXT_RESUME, NEXT_KILLED, NEXT_GONE };

// ---- serve.c

// Tells the stop that is due and answers packets until the guest goes on; false when
// the guest is to end.
bool serve(struct gdb *g);
// Looks whether Ctrl-C or the end of the connection has come.
bool serve_interrupted(struct gdb *g);
void serve_close(struct gdb *g);

struct thread *gdb_thread(const struct gdb *g, int tid);   // NULL: no such thread
const struct action *gdb_action(const struct gdb *g, int tid);

// ---- query.c: q and Q packets, and what a new program changes

void query(struct gdb *g, const char *p);
void query_set(struct gdb *g, const char *p);
void query_new_program(struct gdb *g);

// ---- registers.c

char *registers_description(void);   // XML; the caller frees it
// Their size; 0: gdb knows no such register.
u32 register_size(u32 number);
u32 register_get(const struct thread *t, u32 number, u8 bytes[REG_BYTES]);
u32 register_set(struct thread *t, u32 number, const u8 bytes[REG_BYTES]);

// ---- points.c: breakpoints and watchpoints

// Type as in Z packets: 0 to 4. False when it cannot be.
bool point_add(struct gdb *g, u32 type, vaddr addr, u64 len);
void point_remove(struct gdb *g, u32 type, vaddr addr, u64 len);
void points_drop(struct gdb *g);
void points_insert(struct gdb *g);     // again, where code was forgotten
void points_take_out(struct gdb *g);
void watches_capture(struct gdb *g);
// Makes a stop due when watched memory is not what it was.
void watches_check(struct gdb *g, int tid);
// exec_step() that stops before a watched access.
struct trap watched_step(struct gdb *g, struct thread *t, struct recorder *r, u64 *executed);

// ---- files.c: vFile

void file_packet(struct gdb *g, const char *p);
void files_close(struct gdb *g);

// ---- signals.c: gdb numbers signals its own way; 0 where it has none

int signal_to_gdb(int linux_number);
int signal_from_gdb(u64 number);

#endif
