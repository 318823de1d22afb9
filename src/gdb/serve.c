// Packets while the guest stands: registers, memory, points, and how to go on.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gdb/session.h"
#include "guest/linux.h"

enum { LOOK_MS = 200 };   // how long a wish to stop may go unseen

// -- The connection --

static void send_bytes(struct gdb *g, const char *p, size_t n)
{
    while (n && !g->gone) {
        ssize_t done = write(g->out, p, n);
        if (done < 0 && errno != EINTR)
            g->gone = true;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
}

static void send_reply(struct gdb *g)
{
    packet_end(&g->reply);
    send_bytes(g, g->reply.data, g->reply.len);
}

// Reads what has come into the empty buffer; false when the connection has ended.
static bool fill(struct gdb *g)
{
    ssize_t n = read(g->in, g->input, sizeof(g->input));
    g->input_at = 0;
    g->input_len = n > 0 ? (u32)n : 0;
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

// The next event; PACKET_NONE when the connection or the run is to end.
static enum packet_event receive(struct gdb *g)
{
    for (;;) {
        while (g->input_at < g->input_len) {
            enum packet_event e = packet_feed(&g->reader, g->input[g->input_at++]);
            if (e != PACKET_NONE)
                return e;
        }
        struct pollfd p = { .fd = g->in, .events = POLLIN };
        if (g->gone || (g->machine->stop && *g->machine->stop) ||
            (poll(&p, 1, LOOK_MS) > 0 && !fill(g)))
            return PACKET_NONE;
    }
}

bool serve_interrupted(struct gdb *g)
{
    struct pollfd p = { .fd = g->in, .events = POLLIN };
    if (g->input_at == g->input_len && (poll(&p, 1, 0) <= 0 || fill(g))) {
        // nothing, or something to look at
    } else if (g->input_at == g->input_len) {
        g->gone = true;
        return true;
    }
    bool interrupt = false;
    while (g->input_at < g->input_len && !interrupt)
        interrupt = packet_feed(&g->reader, g->input[g->input_at++]) == PACKET_BREAK;
    return interrupt;
}

void serve_close(struct gdb *g)
{
    if (g->in >= 0)
        close(g->in);
    if (g->out >= 0 && g->out != g->in)
        close(g->out);
    g->in = g->out = -1;
    files_close(g);
}

// -- Threads --

struct thread *gdb_thread(const struct gdb *g, int tid)
{
    struct process *p = g->process;
    struct thread *found = NULL;
    pthread_mutex_lock(&p->lock);
    for (struct thread *t = p->threads; t && !found; t = t->next)
        if (!t->left && (tid <= 0 || tid == t->tid))
            found = t;
    pthread_mutex_unlock(&p->lock);
    return found;
}

const struct action *gdb_action(const struct gdb *g, int tid)
{
    for (u32 k = 0; k < g->action_count; k++)
        if (!g->actions[k].tid || g->actions[k].tid == tid)
            return &g->actions[k];
    return NULL;
}

static struct thread *chosen(const struct gdb *g)
{
    struct thread *t = gdb_thread(g, g->general ? g->general : g->stop.tid);
    return t ? t : gdb_thread(g, g->stop.tid);
}

static void choose(struct gdb *g, const char *p)
{
    char what = *p;
    u64 tid = 0;
    bool any = !strcmp(p + (what != 0), "-1") || !strcmp(p + (what != 0), "0");
    if (what)
        p++;
    if (!any && (!packet_number(&p, &tid) || tid > INT32_MAX || !gdb_thread(g, (int)tid))) {
        packet_text(&g->reply, "E01");
        return;
    }
    if (what == 'g')
        g->general = (int)tid;
    else
        g->resumed = (int)tid;
    packet_text(&g->reply, "OK");
}

// -- Stops --

static void tell_stop(struct gdb *g)
{
    const struct stop *s = &g->stop;
    static const char *const watch[] = {
        [WHY_WATCH] = "watch", [WHY_RWATCH] = "rwatch", [WHY_AWATCH] = "awatch"
    };
    packet_text(&g->reply, "T%02xthread:%x;", (unsigned)signal_to_gdb(s->sig), (unsigned)s->tid);
    if (s->why == WHY_SWBREAK && g->swbreak)
        packet_text(&g->reply, "swbreak:;");
    if (s->why == WHY_HWBREAK && g->hwbreak)
        packet_text(&g->reply, "hwbreak:;");
    if (s->why >= WHY_WATCH && s->why <= WHY_AWATCH)
        packet_text(&g->reply, "%s:%llx;", watch[s->why], (unsigned long long)s->addr);
    if (s->why == WHY_EXEC) {
        packet_text(&g->reply, "exec:");
        packet_hex(&g->reply, g->process->exe, strlen(g->process->exe));
        packet_text(&g->reply, ";");
    }
}

// -- Registers --

static void get_all(struct gdb *g)
{
    u8 bytes[REG_BYTES];
    u32 size;
    for (u32 k = 0; (size = register_get(chosen(g), k, bytes)); k++)
        packet_hex(&g->reply, bytes, size);
}

static bool set_all(struct gdb *g, const char *hex)
{
    u8 all[REG_NUMBERS * REG_BYTES];
    i64 n = packet_bytes(hex, all, sizeof(all)), at = 0;
    u32 size;
    for (u32 k = 0; (size = register_size(k)) && at + size <= n; k++) {
        register_set(chosen(g), k, all + at);
        at += size;
    }
    return n >= 0;
}

static void get_one(struct gdb *g, const char *p)
{
    u64 number;
    u8 bytes[REG_BYTES];
    u32 size = 0;
    if (packet_number(&p, &number) && number < REG_NUMBERS)
        size = register_get(chosen(g), (u32)number, bytes);
    if (size)
        packet_hex(&g->reply, bytes, size);
    else
        packet_text(&g->reply, "E01");
}

static bool set_one(struct gdb *g, const char *p)
{
    u64 number;
    u8 bytes[REG_BYTES];
    if (!packet_number(&p, &number) || number >= REG_NUMBERS || !packet_take(&p, '=') ||
        packet_bytes(p, bytes, sizeof(bytes)) != register_size((u32)number))
        return false;
    return register_set(chosen(g), (u32)number, bytes) != 0;
}

// -- Memory --

// Reads up to `len` bytes, fewer where something is not mapped.
static u64 read_some(struct gdb *g, vaddr a, u8 *to, u64 len)
{
    u64 done = 0;
    while (done < len) {
        u64 page_left = GUEST_PAGE - (a + done) % GUEST_PAGE;
        u64 n = len - done < page_left ? len - done : page_left;
        if (space_read(g->process->space, to + done, a + done, n) < 0)
            break;
        done += n;
    }
    return done;
}

static bool range(const char **p, vaddr *a, u64 *len)
{
    if (!packet_number(p, a) || !packet_take(p, ',') || !packet_number(p, len))
        return false;
    *a = *a << 8 >> 8;   // the tag byte is no address
    return true;
}

static void read_memory(struct gdb *g, const char *p, bool binary)
{
    u8 bytes[PACKET_MAX / 2];
    vaddr a;
    u64 len;
    if (!range(&p, &a, &len)) {
        packet_text(&g->reply, "E01");
        return;
    }
    u64 want = len < sizeof(bytes) - 1 ? len : sizeof(bytes) - 1;
    u64 n = read_some(g, a, bytes, want);
    if (!n && want)
        packet_text(&g->reply, "E0e");
    else if (binary) {
        packet_text(&g->reply, "b");
        packet_binary(&g->reply, bytes, n);
    } else
        packet_hex(&g->reply, bytes, n);
}

static bool write_bytes(struct gdb *g, vaddr a, const void *bytes, u64 len)
{
    if (!space_in_window(g->process->space, a, len))
        return false;
    if (space_poke(g->process->space, a, bytes, len) < 0)
        return false;
    space_invalidate_code(g->process->space, a, len);
    return true;
}

static bool write_memory(struct gdb *g, const char *p, bool binary)
{
    u8 bytes[PACKET_MAX / 2];
    vaddr a;
    u64 len;
    const char *end = g->reader.data + g->reader.len;
    if (!range(&p, &a, &len) || !packet_take(&p, ':'))
        return false;
    if (binary)
        return (u64)(end - p) == len && write_bytes(g, a, p, len);
    i64 n = packet_bytes(p, bytes, sizeof(bytes));
    return n >= 0 && (u64)n == len && write_bytes(g, a, bytes, len);
}

static void point(struct gdb *g, const char *p, bool add)
{
    u64 type, len;
    vaddr a;
    bool good =
        packet_number(&p, &type) && type <= 4 && packet_take(&p, ',') && range(&p, &a, &len);
    if (good && add)
        good = point_add(g, (u32)type, a, len);
    else if (good)
        point_remove(g, (u32)type, a, len);
    packet_text(&g->reply, good ? "OK" : "E16");
}

// -- Going on --

// One action of vCont at *p: "c", "C05", "s", "S05", "rFROM,TO", then perhaps ":TID".
static bool parse_action(const char **p, struct action *a)
{
    u64 sig = 0, tid = 0;
    char kind = *(*p)++;
    *a = (struct action){ .kind = kind == 'C' ? 'c' : kind == 'S' ? 's' : kind };
    if (!strchr("cCsSrt", kind) || !kind)
        return false;
    if ((kind == 'C' || kind == 'S') && !packet_number(p, &sig))
        return false;
    if (kind == 'r' &&
        (!packet_number(p, &a->from) || !packet_take(p, ',') || !packet_number(p, &a->to)))
        return false;
    if (packet_take(p, ':') &&
        !(packet_take(p, '-') ? packet_take(p, '1') : packet_number(p, &tid)))
        return false;
    a->sig = sig ? signal_from_gdb(sig) : 0;
    a->tid = (int)(tid & INT32_MAX);
    return true;
}

static enum next resume_with(struct gdb *g, const char *p)
{
    struct action list[GDB_ACTIONS];
    u32 n = 0;
    while (packet_take(&p, ';'))
        if (n == GDB_ACTIONS || !parse_action(&p, &list[n++])) {
            packet_text(&g->reply, "E01");
            return NEXT_PACKET;
        }
    if (!n || *p) {
        packet_text(&g->reply, "E01");
        return NEXT_PACKET;
    }
    memcpy(g->actions, list, sizeof(list));
    g->action_count = n;
    return NEXT_RESUME;
}

// c, s, C, S: "[SIGNAL;][ADDRESS]"; the others go on as well.
static enum next resume(struct gdb *g, char kind, const char *p)
{
    u64 sig = 0, addr;
    struct thread *t = gdb_thread(g, g->resumed ? g->resumed : g->stop.tid);
    bool given = kind == 'C' || kind == 'S';
    if (given && !packet_number(&p, &sig)) {
        packet_text(&g->reply, "E01");
        return NEXT_PACKET;
    }
    t = t ? t : gdb_thread(g, g->stop.tid);
    if ((!given || packet_take(&p, ';')) && packet_number(&p, &addr))
        t->cpu.pc = addr;
    g->actions[0] = (struct action){ .kind = kind == 's' || kind == 'S' ? 's' : 'c',
                                     .sig = sig ? signal_from_gdb(sig) : 0,
                                     .tid = t->tid };
    g->actions[1] = (struct action){ .kind = 'c' };
    g->action_count = 2;
    return NEXT_RESUME;
}

static enum next kill_guest(struct gdb *g)
{
    process_kill(g->process, SIGKILL);
    return NEXT_KILLED;
}

static enum next verbose(struct gdb *g, const char *p)
{
    if (!strcmp(p, "Cont?"))
        packet_text(&g->reply, "vCont;c;C;s;S;r");
    else if (!strncmp(p, "Cont", 4))
        return resume_with(g, p + 4);
    else if (!strncmp(p, "Kill", 4)) {
        packet_text(&g->reply, "OK");
        return kill_guest(g);
    } else if (!strncmp(p, "File:", 5))
        file_packet(g, p + 5);
    return NEXT_PACKET;
}

static void answer(struct gdb *g, bool good)
{
    packet_text(&g->reply, good ? "OK" : "E01");
}

static void alive(struct gdb *g, const char *p)
{
    u64 tid;
    answer(g, packet_number(&p, &tid) && tid && tid <= INT32_MAX && gdb_thread(g, (int)tid));
}

// Fills the reply; an empty one says that the packet is not known.
static enum next handle(struct gdb *g)
{
    const char *p = g->reader.data;
    switch (*p++) {
    case '?': tell_stop(g); break;
    case 'g': get_all(g); break;
    case 'G': answer(g, set_all(g, p)); break;
    case 'p': get_one(g, p); break;
    case 'P': answer(g, set_one(g, p)); break;
    case 'm': read_memory(g, p, false); break;
    case 'x': read_memory(g, p, true); break;
    case 'M': answer(g, write_memory(g, p, false)); break;
    case 'X': answer(g, write_memory(g, p, true)); break;
    case 'Z': point(g, p, true); break;
    case 'z': point(g, p, false); break;
    case 'H': choose(g, p); break;
    case 'T': alive(g, p); break;
    case 'q': query(g, p); break;
    case 'Q': query_set(g, p); break;
    case 'c':
    case 's':
    case 'C':
    case 'S': return resume(g, p[-1], p);
    case 'v': return verbose(g, p);
    case 'k': return kill_guest(g);
    case 'D': answer(g, true); return NEXT_GONE;
    default: break;
    }
    return NEXT_PACKET;
}

// -- The loop --

static enum next serve_packet(struct gdb *g)
{
    bool acked = !g->no_ack;
    if (acked)
        send_bytes(g, "+", 1);
    packet_begin(&g->reply);
    enum next n = handle(g);
    if (n == NEXT_PACKET || g->reply.len > 1)
        send_reply(g);
    return n;
}

static enum next serve_event(struct gdb *g, enum packet_event e)
{
    switch (e) {
    case PACKET_READY: return serve_packet(g);
    case PACKET_BAD:
        if (!g->no_ack)
            send_bytes(g, "-", 1);
        return NEXT_PACKET;
    case PACKET_NAK:   // the reply is still there
        if (!g->no_ack && g->reply.len)
            send_bytes(g, g->reply.data, g->reply.len);
        return NEXT_PACKET;
    case PACKET_NONE: return NEXT_GONE;
    default: return NEXT_PACKET;
    }
}

bool serve(struct gdb *g)
{
    g->stop.due = false;
    g->general = g->stop.tid;
    if (g->awaiting) {
        packet_begin(&g->reply);
        tell_stop(g);
        send_reply(g);
    }
    g->awaiting = false;
    enum next n;
    do {
        n = serve_event(g, receive(g));
    } while (n == NEXT_PACKET);
    watches_capture(g);   // the user may have written there
    g->awaiting = n == NEXT_RESUME;
    g->gone |= n == NEXT_GONE || n == NEXT_KILLED;
    return n != NEXT_KILLED;
}
