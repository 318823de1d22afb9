#include "core/params.h"

static void prefetchers_of(const struct core_params *p, struct hierarchy_params *m)
{
    const struct choice *t = choices_prefetch;
    u32 cross = p->pf_cross_page, near = (u32)p->pf_near;
    m->l1i_prefetch = (struct prefetch_params){ (u32)choice_find(t, p->pf_l1i),
                                                (u32)p->pf_l1i_degree,
                                                (u32)p->pf_l1i_distance,
                                                (u32)p->pf_l1i_entries,
                                                cross,
                                                near };
    m->l1d_prefetch = (struct prefetch_params){ (u32)choice_find(t, p->pf_l1d),
                                                (u32)p->pf_l1d_degree,
                                                (u32)p->pf_l1d_distance,
                                                (u32)p->pf_l1d_entries,
                                                cross,
                                                near };
    m->l2_prefetch = (struct prefetch_params){ (u32)choice_find(t, p->pf_l2),
                                               (u32)p->pf_l2_degree,
                                               (u32)p->pf_l2_distance,
                                               (u32)p->pf_l2_entries,
                                               cross,
                                               near };
    // It knows the page of what it finds, wherever that is.
    m->l1d_second = (struct prefetch_params){
        .kind = p->prefetch_pointers ? PREFETCH_pointers : PREFETCH_none,
        .entries = (u32)p->pf_pointers_filter,
        .cross_page = true,
    };
}

static struct cache_params cache_of(const struct core_params *p, u64 size, u64 ways, u64 line,
                                    const char *replacement)
{
    return (struct cache_params){
        .bytes = size,
        .ways = (u32)ways,
        .line = (u32)line,
        .replacement = { (u32)choice_find(choices_replace, replacement), (u32)p->srrip_bits,
                         (u32)p->dip_leaders, (u32)p->dip_vote, (u32)p->dip_rarely },
    };
}

// The figures of core files are whole latencies; hierarchy.h wants the same.
static void memory_of(const struct core_params *p, struct hierarchy_params *m)
{
    *m = (struct hierarchy_params){
        .clock_mhz = (u32)(p->clock_mhz + 0.5),
        .l1i = cache_of(p, p->l1i_size, p->l1i_ways, p->l1i_line, p->l1i_replacement),
        .l1d = cache_of(p, p->l1d_size, p->l1d_ways, p->l1d_line, p->l1d_replacement),
        .l2 = cache_of(p, p->l2_size, p->l2_ways, p->l2_line, p->l2_replacement),
        .slc = cache_of(p, p->slc_size, p->slc_ways, p->slc_line, p->slc_replacement),
        .dram = { (u32)p->dram_channels, (u32)p->dram_interleave,
                  (u32)(p->dram_peak_gbs * 1000 + 0.5), (u32)(p->dram_latency_ns * 1000 + 0.5) },
        .l1d_latency = (u32)p->load_to_address,
        .l2_latency = (u32)(p->l2_latency + 0.5),
        .slc_latency_ps = (u32)(p->slc_latency_ns * 1000 + 0.5),
        .split_line = (u32)p->load_cross_line,
        .split_page = (u32)p->load_cross_page,
        .l1i_mshrs = (u32)p->l1i_misses,
        .l1d_mshrs = (u32)p->l1d_misses,
        .l2_mshrs = (u32)p->l2_misses,
        .l1i_bytes_per_64_cycles = (u32)(p->fetch_miss_bandwidth * 64 + 0.5),
        .l2_bytes_per_cycle = (u32)(p->l2_bandwidth + 0.5),
        .slc_bytes_per_cycle = (u32)(p->dram_core_gbs * 1000 / p->clock_mhz + 0.5),
        .write_share = (u32)(256 * p->dram_core_gbs / p->dram_core_write_gbs + 0.5),
        .whole_lines = (u32)p->whole_lines,
        .slc_exclusive = p->slc_exclusive,
        .first_touch = (u32)choice_find(choices_first_touch, p->l2_first_touch),
        .l1i_perfect = p->l1i_perfect,
        .l1d_perfect = p->l1d_perfect,
        .l2_perfect = p->l2_perfect,
        .page = (u32)p->page_size,
        .page_map = p->page_scramble,
    };
    if (!m->slc_bytes_per_cycle)
        m->slc_bytes_per_cycle = 1;
    prefetchers_of(p, m);
}

static void tlb_of(const struct core_params *p, struct tlb_params *t)
{
    *t = (struct tlb_params){
        .page = (u32)p->page_size,
        .l1i_entries = (u32)p->itlb_entries,
        .l1i_ways = (u32)p->itlb_ways,
        .l1d_entries = (u32)p->dtlb_entries,
        .l1d_ways = (u32)p->dtlb_ways,
        .l2_entries = (u32)p->l2tlb_entries,
        .l2_ways = (u32)p->l2tlb_ways,
        .l2_fetch = (u32)p->itlb_miss,
        .l2_data = (u32)p->dtlb_miss,
        .walkers = (u32)p->l2tlb_walkers,
        .perfect = p->tlb_perfect,
        .walk = (u32)p->l2tlb_walk,
        .reorder = (u32)p->l2tlb_reorder,
    };
}

static void branch_of(const struct core_params *p, struct bpred_params *b)
{
    u64 most = (u64)param_find("l1i.size")->max;   // of a perfect L1I
    *b = (struct bpred_params){
        .kind = (u32)choice_find(choices_bpred, p->bp_kind),
        .counter_bits = (u32)p->bp_counters,
        .outcomes = (u32)p->bp_outcomes,
        .history = { (u32)p->phrt_bits, (u32)p->phrb_bits, (u32)p->target_bits },
        .tage = { (u32)p->tage_counter, (u32)p->tage_useful, (u32)p->tage_base,
                  (u32)p->tage_period },
        .next_fetch = { (u32)p->btb1_entries, (u32)p->fetch_width },
        .override_bubbles = (u32)p->bp_override,
        .btb = { .l1_entries = (u32)p->btb1_entries,
                 .l1_ways = (u32)p->btb1_ways,
                 .l1_hash = p->btb1_hash,
                 .l2_entries = (u32)p->btb2_entries,
                 .l2_ways = (u32)p->btb2_ways,
                 .l1_bubbles = (u32)p->btb1_taken - 1,
                 .l2_bubbles = (u32)p->btb2_taken - 1,
                 .l2_warm = (u32)p->btb2_warm,
                 .random = p->btb_random,
                 .predecode_bytes = p->l1i_perfect ? most : p->l1i_size,
                 .predecode_bubbles = (u32)p->predecode_taken - 1,
                 .decode_bubbles = (u32)p->decode_taken - 1 },
        .ras = { .entries = (u32)p->ras_entries,
                 .overflow = (u32)choice_find(choices_ras_overflow, p->ras_overflow) },
        .indirect = { (u32)p->indirect_bits,
                      (u32)p->indirect_tag,
                      (u32)p->indirect_base,
                      { (u32)p->indirect_short, (u32)p->indirect_middle, (u32)p->indirect_long } },
    };
}

static void dependence_of(const struct core_params *p, struct uarch_params *out)
{
    enum { NEVER = 63 };
    out->waits = (struct memdep_params){ (u32)p->memdep_pairs, (u32)p->memdep_counter,
                                         (u32)p->memdep_age, p->memdep_random };
    out->forwards = (struct memdep_params){ (u32)p->forward_pairs, (u32)p->memdep_counter, NEVER,
                                            p->memdep_random };
    out->lap = (struct lap_params){ (u32)p->lap_entries, (u32)p->lap_train, (u32)p->lap_stride,
                                    (u32)p->page_size };
}

void uarch_params_of(const struct core_params *p, struct uarch_params *out)
{
    tlb_of(p, &out->tlb);
    dependence_of(p, out);
    memory_of(p, &out->memory);
    branch_of(p, &out->branch);
}
