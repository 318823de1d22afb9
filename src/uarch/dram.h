// dram.h: main memory as a latency and a number of channels of finite bandwidth.
//
// Banks and rows are not modelled: their mean is part of the latency.
#ifndef UARCH_DRAM_H
#define UARCH_DRAM_H

#include "base/stat.h"
#include "base/types.h"

struct arena;
struct save;

// M2: LPDDR5-6400, 128 bits, 102.4 GB/s peak. 102.1 ns per dependent random load
// include a TLB miss and walk of about 33 cycles, which leaves 93 ns.
struct dram_params {
    u32 channels;      // power of two: 8 (of 16 bits)
    u32 interleave;    // bytes of neighbouring addresses in one channel: 256
    u32 peak_mbs;      // all channels together, 10^6 bytes a second: 102400
    u32 latency_ps;    // load to use, from the core, when idle: 93000
};

struct dram_stats {
#define STAT(field, ...) u64 field;
#include "uarch/dram_stats.def"
#undef STAT
};

extern const struct stat_row dram_stat_rows[];

struct dram;

// `clock_mhz` is the clock that `cycle` counts.
struct dram *dram_new(struct arena *a, const struct dram_params *p, u32 clock_mhz);

// The cycle at which a load that left its core at `now` has its data.
cycle dram_read(struct dram *d, paddr pa, u32 bytes, cycle now);

// Nobody waits for a write; it takes its share of the channel.
void dram_write(struct dram *d, paddr pa, u32 bytes, cycle now);

// Forgets all transfers: time may begin anew.
void dram_settle(struct dram *d);

struct dram_stats dram_stats(const struct dram *d);

// Writes or reads its counters as part of a section; settled.
void dram_save(struct dram *d, struct save *s);

#endif
