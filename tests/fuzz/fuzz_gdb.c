// The gdb server: what a debugger sends, as raw bytes (first byte odd) or as lines that are
// framed with a right sum here, while a guest seems to run, step and fault.
#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gdb/gdb.h"
#include "gdb/packet.h"
#include "isa/insn.h"
#include "../unit/program.h"

enum { RUNS = 200, BUDGET = 1000 };

static const u32 program[] = {
    0xd2a01003,   // mov x3, #0x800000
    0xf9000060,   // str x0, [x3]
    0xf8200060,   // ldadd x0, x0, [x3]
    0xa9410861,   // ldp x1, x2, [x3, #16]
    0x17fffffc,   // b .-16
};

// In place of the executor, which takes clang minutes to compile with sanitizers: each
// instruction stores to DATA and goes to the next; outside of the program it faults.
struct trap exec_step(struct cpu *c, const struct space *s, struct recorder *r, u64 *executed)
{
    u64 at = c->pc - CODE - CODE_AT;
    *executed = 0;
    if (c->pc % 4 || at >= sizeof(program))
        return (struct trap){ TRAP_FETCH, .addr = c->pc };
    if (((struct insn *)s->shadow)[c->pc / 4].run == RUN_BREAKPOINT)
        return (struct trap){ TRAP_BREAKPOINT };
    if (r)
        *r->at++ = (struct record){ c->pc, DATA };
    s->mem[DATA]++;
    c->pc = CODE + CODE_AT + (at + 4) % sizeof(program);
    *executed = 1;
    return (struct trap){ TRAP_BUDGET };
}

struct trap exec_run(struct cpu *c, const struct space *s, u64 budget, struct recorder *r,
                     u64 *executed)
{
    struct trap t = { TRAP_BUDGET };
    u64 done;
    for (*executed = 0; *executed < budget && t.kind == TRAP_BUDGET; *executed += done)
        t = exec_step(c, s, r, &done);
    return t;
}

static void write_all(int fd, const void *bytes, size_t n)
{
    ssize_t done = write(fd, bytes, n);
    assert(done == (ssize_t)n);
}

// Each line as a packet.
static void write_lines(int fd, const u8 *data, size_t len)
{
    struct packet_writer *w = malloc(sizeof(*w));
    for (size_t at = 0; at < len;) {
        const u8 *end = memchr(data + at, '\n', len - at);
        size_t n = end ? (size_t)(end - data) - at : len - at;
        packet_begin(w);
        packet_binary(w, data + at, n);
        packet_end(w);
        write_all(fd, w->data, w->len);
        at += n + 1;
    }
    free(w);
}

static enum sys_result after(struct thread *t, struct trap trap)
{
    switch (trap.kind) {
    case TRAP_BUDGET:
    case TRAP_BREAKPOINT: return SYS_CONTINUE;
    default: return process_fault(t, SIGSEGV, 1, trap.addr, "a fault");
    }
}

static void run(struct machine *m)
{
    struct thread *t = m->process->main;
    for (int k = 0; k < RUNS && m->debugger; k++) {
        struct trap trap;
        u64 executed;
        if (!m->debugger->run(m->debugger->ctx, t, NULL, BUDGET, k % 16 == 15, &trap, &executed) ||
            after(t, trap) == SYS_EXIT)
            return;
    }
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    if (!len)
        return 0;
    int ends[2];
    int failed = pipe(ends);
    assert(!failed);
    fcntl(ends[1], F_SETPIPE_SZ, 1 << 18);
    if (data[0] & 1)
        write_all(ends[1], data + 1, len - 1);
    else
        write_lines(ends[1], data + 1, len - 1);
    close(ends[1]);

    FILE *nowhere = fopen("/dev/null", "w");
    struct machine m = { .process = program_process(program, sizeof(program), nowhere) };
    struct gdb *g = gdb_new(&m, ends[0], open("/dev/null", O_WRONLY), NULL, NULL);
    run(&m);
    gdb_ended(g, MACHINE_EXITED, 0);
    gdb_free(g);
    process_free(m.process);
    fclose(nowhere);
    return 0;
}
