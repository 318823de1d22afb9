// hierarchy.h: the memory as one core sees it: L1I, L1D, L2, SLC, DRAM.
//
// An access says where it was served and when its value can be used. Values are
// not here, and neither are TLBs (add tlb_data to `now` before), ports or queues
// (core/). Cycles may be asked for in any order, within a few thousand.
//
// Addresses are virtual. A line's place in L2, SLC and DRAM comes from its
// physical address: page_map 0 takes physical = virtual, 1 a fixed bijective
// scramble of the page number, as if the kernel gave out pages at random.
// L1 sets are indexed by address bits within a 16 KiB page: both agree.
#ifndef UARCH_HIERARCHY_H
#define UARCH_HIERARCHY_H

#include "base/stat.h"
#include "base/types.h"
#include "uarch/cache.h"
#include "uarch/dram.h"
#include "uarch/prefetch.h"

enum level { LEVEL_L1, LEVEL_L2, LEVEL_SLC, LEVEL_DRAM, LEVELS };

enum first_touch {
#define FIRST_TOUCH(id, ...) TOUCH_##id,
#include "uarch/first_touch.def"
#undef FIRST_TOUCH
};

// Latencies are from issue of a load to issue of a dependent load when nothing
// else is under way. Avalanche | Blizzard values, sources in cores/*.yaml.
struct hierarchy_params {
    u32 clock_mhz;                        // 3504 | 2424: turns ps and MB/s into cycles
    struct cache_params l1i;              // 192 KiB 6 ways 64 B | 128 KiB 4 ways
    struct cache_params l1d;              // 128 KiB 8 ways 64 B | 64 KiB 8 ways
    struct cache_params l2;               // 16 MiB 16 ways 128 B | 4 MiB
    struct cache_params slc;              // 8 MiB 16 ways 128 B; bytes 0: none
    struct dram_params dram;
    u32 l1d_latency;                      // cycles: 3
    u32 l2_latency;                       // cycles: 17 | 14
    u32 slc_latency_ps;                   // 35000 (M1: 112 cycles)
    u32 split_line;                       // cycles added when a line is crossed: 1 | 4
    u32 split_page;                       // cycles added when a page is crossed, one such
                                          // access after the other: 28 (M1)
    u32 l1i_mshrs;                        // fetch misses outstanding: unknown, 4
    u32 l1d_mshrs;                        // data misses outstanding: at least 26, 32
    u32 l2_mshrs;                         // beyond the L2, prefetches too: unknown, 64
    u32 l1i_bytes_per_64_cycles;          // lines into the L1I: 512 | 595; 0: without limit
    u32 l2_bytes_per_cycle;               // L2 to and from L1: unknown, 32
    u32 slc_bytes_per_cycle;              // fabric, SLC and DRAM to L2: 16 (54.5 GB/s read)
    u32 write_share;                      // time of the fabric that a byte from the L2 takes,
                                          // in 256ths of one to it; 0: none
    u32 whole_lines;                      // followed, as runs of stores write them whole: 8;
                                          // a power of two, or 0: none
    u32 slc_exclusive;                    // 1: the SLC holds what the L2 pushed out
    u32 first_touch;                      // enum first_touch
    bool l1i_perfect, l1d_perfect;        // what if: every access hits the L1I, the L1D
    bool l2_perfect;                      // what if: every miss of a first level hits the L2
    u32 page;                             // bytes: 16384
    u32 page_map;                         // 0 identity, 1 scrambled
    struct prefetch_params l1i_prefetch;
    struct prefetch_params l1d_prefetch;  // fills L1D
    struct prefetch_params l1d_second;    // beside it, one that sees fills; or none
    struct prefetch_params l2_prefetch;   // sees L1D misses, fills L2
};

struct hierarchy_stats {
#define STAT(field, ...) u64 field;
#include "uarch/hierarchy_stats.def"
#undef STAT
    struct cache_stats l1i, l1d, l2, slc;
    struct dram_stats dram;
};

extern const struct stat_row hierarchy_stat_rows[];

struct access_result {
    cycle ready;         // loads: a dependent load may issue; stores: the line is owned;
                         // fetches: the line is here (`now` on an L1I hit)
    enum level level;    // where it was served; for a hit on a line still on
                         // its way, where that line comes from
};

struct hierarchy;
struct save;

// Whether one of the prefetchers looks at what lines hold and is to be told (hierarchy_word).
bool hierarchy_wants_words(const struct hierarchy_params *p);

// The hierarchy lives in `a`. With `peer` it has L1s of its own and shares the
// peer's L2, SLC and DRAM (a core of the same cluster).
struct hierarchy *hierarchy_new(struct arena *a, const struct hierarchy_params *p,
                                struct hierarchy *peer);

// A load of `size` bytes, 1 to a page, by the instruction at `pc`.
struct access_result hierarchy_load(struct hierarchy *h, vaddr pc, vaddr va, u32 size, cycle now);

// A store leaving the store queue at `now`: write-back, write-allocate.
struct access_result hierarchy_store(struct hierarchy *h, vaddr pc, vaddr va, u32 size, cycle now);

// Instruction bytes of the line that holds `va`.
struct access_result hierarchy_fetch(struct hierarchy *h, vaddr va, cycle now);

// Reads the last-level page-table entry of a page through the L2 (a tlb_walk,
// with `who` the hierarchy). Upper levels are taken to be in the walker.
cycle hierarchy_walk(void *who, u64 page, cycle now);

// Is a load from `va` a hit in L1D? Leaves no trace (load address prediction).
bool hierarchy_l1d_contains(const struct hierarchy *h, vaddr va);

// Memory holds `word` at `va`, which is the address of other memory when it `points`: for
// prefetchers that see fills. The words of a line are told in order, before the line is brought.
void hierarchy_word(struct hierarchy *h, vaddr va, u64 word, bool points);

// Forgets what is under way: all lines are where they were to go, all entries and pipes free.
// Time may begin anew.
void hierarchy_settle(struct hierarchy *h);

struct hierarchy_stats hierarchy_stats(const struct hierarchy *h);

// Writes or reads the section of a core that shares nothing; settled.
void hierarchy_save(struct hierarchy *h, struct save *s);

#endif
