#include "guest/process/refusal.h"

static unsigned long long mib(u64 bytes)
{
    return bytes >> 20;
}

static void print(const struct process *p, FILE *f, enum bounds_refusal what)
{
    const struct bounds *b = p->space->bounds;
    switch (what) {
    case REFUSED_MEMORY:
        fprintf(f, "m2sim: the program is refused memory beyond %llu MiB; --memory would give it\n",
                mib(bounds_memory(b)));
        break;
    case REFUSED_PROCESS:
        fprintf(f,
                "m2sim: the program is refused processes beyond %u; --processes would allow them\n",
                bounds_processes(b));
        break;
    case REFUSED_BY_HOST:
        fprintf(f,
                "m2sim: the program wants more memory than this host has (%llu MiB of --memory's "
                "%llu)\n",
                mib(bounds_host_memory(b)), mib(bounds_memory(b)));
        break;
    case REFUSED_NET:
        fprintf(
            f,
            "m2sim: the program is refused a network beyond --net %s; --allow-net would give it\n",
            p->options.net == NET_none      ? "none"
            : p->options.net == NET_private ? "private"
                                            : "loopback");
    }
}

void refusal_tell(const struct process *p, enum bounds_refusal what)
{
    if (!p->options.quiet && bounds_first(p->space->bounds, what))
        print(p, p->options.messages ? p->options.messages : stderr, what);
}

// What ends the run is told in any case, but by the process that lacks it once.
static void refused(void *ctx, enum bounds_refusal what)
{
    const struct process *p = ctx;
    if (what != REFUSED_BY_HOST) {
        refusal_tell(p, what);
        return;
    }
    if (bounds_first(p->space->bounds, what))
        print(p, p->options.messages ? p->options.messages : stderr, what);
    if (p->options.starved)
        p->options.starved(p->options.starved_ctx);
}

void refusal_begin(struct process *p)
{
    bounds_tell(p->space->bounds, refused, p);
}
