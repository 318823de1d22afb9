// Host nanoseconds for each question put to a part of uarch/, with the sizes of
// an Avalanche core. Processor time, best of 40 runs.
// With an argument, only the question of that name.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "uarch/bpred/bpred.h"
#include "uarch/hierarchy.h"
#include "uarch/tlb.h"

enum { N = 1 << 17, RUNS = 40 };

static const struct hierarchy_params memory = {
    .clock_mhz = 3504,
    .l1i = { .bytes = 192 << 10, .ways = 6, .line = 64 },
    .l1d = { .bytes = 128 << 10, .ways = 8, .line = 64 },
    .l2 = { .bytes = 16 << 20, .ways = 16, .line = 128 },
    .slc = { .bytes = 8 << 20, .ways = 16, .line = 128 },
    .dram = { .channels = 8, .interleave = 256, .peak_mbs = 102400, .latency_ps = 93000 },
    .l1d_latency = 3,
    .l2_latency = 17,
    .slc_latency_ps = 35000,
    .split_line = 1,
    .split_page = 28,
    .l1i_mshrs = 4,
    .l1d_mshrs = 32,
    .l2_mshrs = 64,
    .l2_bytes_per_cycle = 32,
    .slc_bytes_per_cycle = 16,
    .slc_exclusive = 1,
    .page = 16384,
    .page_map = 1,
    .l1i_prefetch = { .kind = PREFETCH_next, .degree = 1 },
    .l1d_prefetch = { .kind = PREFETCH_stream, .degree = 2, .distance = 8, .entries = 16 },
    .l2_prefetch = { .kind = PREFETCH_stream, .degree = 4, .distance = 32, .entries = 16 },
};

static const struct tlb_params translation = {
    .page = 16384,
    .l1i_entries = 192,
    .l1i_ways = 6,
    .l1d_entries = 256,
    .l1d_ways = 8,
    .l2_entries = 3072,
    .l2_ways = 12,
    .l2_fetch = 9,
    .l2_data = 6,
    .walkers = 2,
    .walk = 10,
};

static const struct bpred_params branches = {
    .history = { .phrt_bits = 100, .phrb_bits = 28, .target_bits = 32 },
    .tage = { .counter_bits = 3, .useful_bits = 2, .base_bits = 12, .useful_period = 10 },
    .btb = { .l1_entries = 1024,
             .l1_ways = 2,
             .l2_entries = 3072,
             .l2_ways = 12,
             .l2_bubbles = 1,
             .predecode_bytes = 192 << 10,
             .predecode_bubbles = 2,
             .decode_bubbles = 2 },
    .ras = { .entries = 50, .overflow = RAS_CLEAR },
    .indirect = { .index_bits = 10, .lengths = { 6, 18, 57 } },
};

struct parts {
    struct hierarchy *h;
    struct tlb *t;
    struct bpred *b;
};

static u32 seed = 1;   // this program's alone

static u32 noise(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static u64 nothing(struct parts *p, u32 i)
{
    return (u64)(uintptr_t)p + i;
}

// Eight words of the stack and of two arrays, as a loop of a program does.
static u64 usual(struct parts *p, u32 i)
{
    vaddr va = i & 1 ? 0x7fff0000 + (i & 14) * 4 : (i & 2 ? 0x10000 : 0x90000) + (i & 0x3ffc) * 2;
    return tlb_data(p->t, va, i) + hierarchy_load(p->h, 0x400, va, 8, i).ready;
}

static u64 sequential(struct parts *p, u32 i)
{
    return hierarchy_load(p->h, 0x400, i % 12000 * 8, 8, i).ready;
}

static u64 random_l1(struct parts *p, u32 i)
{
    return hierarchy_load(p->h, 0x400, noise() & 0x1fff8, 8, i).ready;
}

static u64 random_l2(struct parts *p, u32 i)
{
    return hierarchy_load(p->h, 0x400, noise() & 0x3ffff8, 8, i * 4ull).ready;
}

static u64 random_memory(struct parts *p, u32 i)
{
    return hierarchy_load(p->h, 0x400, noise() & 0xffffff8, 8, i * 20ull).ready;
}

static u64 stream(struct parts *p, u32 i)
{
    return hierarchy_load(p->h, 0x400, i * 8ull, 8, i).ready;
}

static u64 store_l1(struct parts *p, u32 i)
{
    return hierarchy_store(p->h, 0x400, noise() & 0xfff8, 8, i).ready;
}

static u64 translate(struct parts *p, u32 i)
{
    return tlb_data(p->t, noise() & 0x3fffff, i);
}

static u64 loop_branch(struct parts *p, u32 i)
{
    return bpred_predict_and_update(p->b, BRANCH_CONDITIONAL, 0x1040, i % 13, 0x1000).bubbles;
}

static u64 biased_branches(struct parts *p, u32 i)
{
    u32 n = i * 7 % 300;
    bool taken = n % 3 != 0;
    return bpred_predict_and_update(p->b, BRANCH_CONDITIONAL, 0x10000 + 36 * n, taken,
                                    0x20000 + 36 * n)
        .bubbles;
}

static u64 random_branches(struct parts *p, u32 i)
{
    u32 n = noise();
    return bpred_predict_and_update(p->b, BRANCH_CONDITIONAL, 0x10000 + (n & 0xff0), n >> 31,
                                    0x20000 + (n & 0xff0))
        .bubbles;
}

static u64 direct_branches(struct parts *p, u32 i)
{
    return bpred_predict_and_update(p->b, BRANCH_DIRECT, i % 500 * 4, true, 0x8000).bubbles;
}

static u64 calls(struct parts *p, u32 i)
{
    vaddr site = 0x1000 + i % 500 * 32;
    bpred_predict_and_update(p->b, BRANCH_CALL, site, true, 0x8000);
    return bpred_predict_and_update(p->b, BRANCH_RETURN, 0x8010, true, site + 4).bubbles;
}

static u64 indirects(struct parts *p, u32 i)
{
    return bpred_predict_and_update(p->b, BRANCH_INDIRECT, 0x8000, true, 0x9000 + i % 20 * 64)
        .bubbles;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double measure(u64 (*f)(struct parts *, u32), u64 *sink)
{
    struct arena *a = arena_new();
    struct parts p = { .h = hierarchy_new(a, &memory, NULL), .b = bpred_new(a, &branches) };
    p.t = tlb_new(a, &translation, hierarchy_walk, p.h);
    double best = 1e30;
    for (u32 run = 0; run < RUNS; run++) {
        double start = now();
        for (u32 i = 0; i < N; i++)
            *sink += f(&p, run * N + i);
        double ns = (now() - start) / N;
        best = ns < best ? ns : best;
    }
    arena_free(a);
    return best;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        u64 (*f)(struct parts *, u32);
    } rows[] = {
#define ROW(f) { #f, f }
        ROW(nothing),         ROW(usual),       ROW(sequential),      ROW(random_l1),
        ROW(store_l1),        ROW(random_l2),   ROW(random_memory),   ROW(stream),
        ROW(translate),       ROW(loop_branch), ROW(biased_branches), ROW(random_branches),
        ROW(direct_branches), ROW(calls),       ROW(indirects),
#undef ROW
    };
    u64 sink = 0;
    for (u32 i = 0; i < COUNT(rows); i++)
        if (argc < 2 || !strcmp(argv[1], rows[i].name))
            printf("%-16s %6.2f ns\n", rows[i].name, measure(rows[i].f, &sink));
    return sink == 42;
}
