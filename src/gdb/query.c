// Packets that ask about the target (q) and set how to talk (Q).
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"
#include "gdb/session.h"
#include "guest/linux.h"

static bool starts(const char *p, const char *with, const char **rest)
{
    size_t n = strlen(with);
    *rest = p + n;
    return !strncmp(p, with, n);
}

// -- What is known of the program --

enum { AUXV_MAX = 64 };   // entries

// The auxiliary vector, from the stack of a program that has not begun.
void query_new_program(struct gdb *g)
{
    struct space *s = g->process->space;
    vaddr at = g->process->main->cpu.x[REG_SP];
    u64 argc, word = 1;
    g->auxv_len = 0;
    if (space_read(s, &argc, at, 8) < 0 || argc > s->size / 8)
        return;
    at += 8 * (argc + 2);   // argc, argv, NULL
    while (word) {
        if (space_read(s, &word, at, 8) < 0)
            return;
        at += 8;
    }
    u64 entry[2] = { 1 };
    while (entry[0] && g->auxv_len < AUXV_MAX * sizeof(entry)) {
        if (space_read(s, entry, at, sizeof(entry)) < 0)
            return;
        memcpy(g->auxv + g->auxv_len, entry, sizeof(entry));
        g->auxv_len += sizeof(entry);
        at += sizeof(entry);
    }
}

// -- qXfer --

// Answers ":OFFSET,LENGTH" of `len` bytes.
static void send_part(struct gdb *g, const char *range, const void *bytes, u64 len)
{
    u64 from, want;
    if (!packet_number(&range, &from) || !packet_take(&range, ',') ||
        !packet_number(&range, &want)) {
        packet_text(&g->reply, "E01");
        return;
    }
    from = from < len ? from : len;
    u64 n = want < len - from ? want : len - from;
    u32 mark = g->reply.len;
    packet_text(&g->reply, "m");
    u64 sent = packet_binary(&g->reply, (const u8 *)bytes + from, n);
    if (from + sent == len)
        g->reply.data[mark] = 'l';
}

// A breakpoint or a step is no signal of the guest's: it says SIGTRAP and no more.
static void send_siginfo(struct gdb *g, const char *range)
{
    u8 raw[SIGINFO_BYTES];
    struct guest_siginfo trap = { .sig = SIGTRAP };
    signal_bytes(g->info.sig ? &g->info : &trap, raw);
    send_part(g, range, raw, sizeof(raw));
}

static void transfer(struct gdb *g, const char *p)
{
    const char *range;
    u64 pid;
    if (starts(p, "features:read:target.xml:", &range))
        send_part(g, range, g->description, strlen(g->description));
    else if (starts(p, "auxv:read::", &range))
        send_part(g, range, g->auxv, g->auxv_len);
    else if (starts(p, "siginfo:read::", &range))
        send_siginfo(g, range);
    else if (starts(p, "exec-file:read:", &range)) {
        (void)(*range != ':' && packet_number(&range, &pid));
        if (packet_take(&range, ':'))
            send_part(g, range, g->process->exe, strlen(g->process->exe));
        else
            packet_text(&g->reply, "E01");
    }
}

// -- Threads --

static void list_threads(struct gdb *g)
{
    struct process *p = g->process;
    char before = 'm';
    pthread_mutex_lock(&p->lock);
    for (const struct thread *t = p->threads; t; t = t->next)
        if (!t->left) {
            packet_text(&g->reply, "%c%x", before, (unsigned)t->tid);
            before = ',';
        }
    pthread_mutex_unlock(&p->lock);
}

static void describe_thread(struct gdb *g, const char *p)
{
    u64 tid;
    const struct thread *t = NULL;
    if (packet_number(&p, &tid) && tid && tid <= INT32_MAX)
        t = gdb_thread(g, (int)tid);
    const char *name = t && t != g->process->main ? t->name : g->process->name;
    if (t)
        packet_hex(&g->reply, name, strnlen(name, sizeof(t->name)));
    else
        packet_text(&g->reply, "E01");
}

// -- The rest --

static void supported(struct gdb *g, const char *p)
{
    g->swbreak = strstr(p, "swbreak+");
    g->hwbreak = strstr(p, "hwbreak+");
    g->exec_events = strstr(p, "exec-events+");
    packet_text(&g->reply,
                "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:auxv:read+;"
                "qXfer:exec-file:read+;qXfer:siginfo:read+;QPassSignals+;vContSupported+;binary-"
                "upload+%s%s%s",
                PACKET_MAX, g->swbreak ? ";swbreak+" : "", g->hwbreak ? ";hwbreak+" : "",
                g->exec_events ? ";exec-events+" : "");
}

static void monitor(struct gdb *g, const char *hex)
{
    char command[256], *text = NULL;
    size_t len = 0;
    i64 n = packet_bytes(hex, command, sizeof(command) - 1);
    if (n < 0) {
        packet_text(&g->reply, "E01");
        return;
    }
    command[n] = 0;
    FILE *f = open_memstream(&text, &len);
    if (!f)
        out_of_memory();
    if (g->monitor)
        g->monitor(g->monitor_ctx, command, f);
    else
        fputs("nothing to monitor\n", f);
    fclose(f);
    if (len)
        packet_hex(&g->reply, text, len);
    else
        packet_text(&g->reply, "OK");
    free(text);
}

void query(struct gdb *g, const char *p)
{
    const char *rest;
    if (starts(p, "Supported", &rest))
        supported(g, rest);
    else if (starts(p, "Xfer:", &rest))
        transfer(g, rest);
    else if (!strcmp(p, "fThreadInfo"))
        list_threads(g);
    else if (!strcmp(p, "sThreadInfo"))
        packet_text(&g->reply, "l");
    else if (!strcmp(p, "C"))
        packet_text(&g->reply, "QC%x", (unsigned)g->stop.tid);
    else if (starts(p, "ThreadExtraInfo,", &rest))
        describe_thread(g, rest);
    else if (starts(p, "Attached", &rest))
        packet_text(&g->reply, "0");
    else if (starts(p, "Symbol", &rest))
        packet_text(&g->reply, "OK");
    else if (starts(p, "Rcmd,", &rest))
        monitor(g, rest);
}

static void pass_signals(struct gdb *g, const char *p)
{
    u64 n;
    g->pass[0] = g->pass[1] = 0;
    while (packet_number(&p, &n)) {
        if (n < 128)
            g->pass[n / 64] |= (u64)1 << n % 64;
        packet_take(&p, ';');
    }
    packet_text(&g->reply, "OK");
}

void query_set(struct gdb *g, const char *p)
{
    const char *rest;
    if (!strcmp(p, "StartNoAckMode")) {
        g->no_ack = true;
        packet_text(&g->reply, "OK");
    } else if (starts(p, "PassSignals:", &rest)) {
        pass_signals(g, rest);
    }
}
