#include "uarch/dram.h"

#include <assert.h>

#include "base/arena.h"
#include "base/save.h"
#include "uarch/meter.h"

const struct stat_row dram_stat_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct dram_stats, field) },
#include "uarch/dram_stats.def"
#undef STAT
    { 0 },
};

struct dram {
    u32 latency;   // cycles
    u32 channel_mask, interleave_bits;
    struct meter **channels;
    struct dram_stats stats;
};

struct dram *dram_new(struct arena *a, const struct dram_params *p, u32 clock_mhz)
{
    assert(__builtin_popcount(p->channels) == 1 && __builtin_popcount(p->interleave) == 1);
    struct dram *d = ARENA_NEW(a, struct dram);
    d->latency = (u32)(((u64)p->latency_ps * clock_mhz + 500000) / 1000000);
    d->channel_mask = p->channels - 1;
    d->interleave_bits = (u32)__builtin_ctz(p->interleave);
    d->channels = ARENA_ARRAY(a, p->channels, struct meter *);
    for (u32 i = 0; i < p->channels; i++)   // MB/s over MHz is bytes a cycle
        d->channels[i] = meter_new(a, p->peak_mbs, clock_mhz * p->channels);
    return d;
}

// Higher bits are folded in, so that large power-of-two strides use all channels.
static struct meter *channel(const struct dram *d, paddr pa)
{
    u64 n = pa >> d->interleave_bits;
    return d->channels[(n ^ n >> 5 ^ n >> 11) & d->channel_mask];
}

cycle dram_read(struct dram *d, paddr pa, u32 bytes, cycle now)
{
    cycle begin = meter_take(channel(d, pa), now, bytes);
    d->stats.reads++;
    d->stats.read_bytes += bytes;
    d->stats.wait_cycles += begin - now;
    return begin + d->latency;
}

void dram_write(struct dram *d, paddr pa, u32 bytes, cycle now)
{
    meter_take(channel(d, pa), now, bytes);
    d->stats.writes++;
    d->stats.write_bytes += bytes;
}

void dram_settle(struct dram *d)
{
    for (u32 i = 0; i <= d->channel_mask; i++)
        meter_settle(d->channels[i]);
}

struct dram_stats dram_stats(const struct dram *d)
{
    return d->stats;
}

void dram_save(struct dram *d, struct save *s)
{
    SAVE(s, d->stats);
}
