#include "core/counters.h"

#include <assert.h>

static const struct stat_row own_rows[] = {
#define STAT(field, unit, doc) { #field, unit, doc, offsetof(struct core_stats, field) },
#include "core/core_stats.def"
#undef STAT
    { 0 },
};

static const struct stat_row slot_rows[] = {
    { "retiring", "slots", "taken by micro-ops that retired", sizeof(u64) * TOPDOWN_RETIRING },
    { "bad_speculation", "slots", "lost to wrong paths and what was done again",
      sizeof(u64) * TOPDOWN_BAD_SPECULATION },
    { "frontend", "slots", "lost because fetch had none", sizeof(u64) * TOPDOWN_FRONTEND },
    { "backend", "slots", "lost because the back end took none", sizeof(u64) * TOPDOWN_BACKEND },
    { 0 },
};

static const struct stat_row stack_rows[] = {
#define STACK(name, two, doc) { #name, "slots", doc, sizeof(u64) * STACK_##name },
#include "core/stack.def"
#undef STACK
    { 0 },
};

static const struct stat_row level2_rows[] = {
#define TOPDOWN2(name, of, title) { #name, "slots", title, sizeof(u64) * TOPDOWN2_##name },
#include "core/topdown.def"
#undef TOPDOWN2
    { 0 },
};

// A part: its path, its table, where its counters lie in struct core_stats.
static const struct {
    const char *path;
    const struct stat_row *rows;
    size_t offset;
} parts[] = {
    // clang-format off
    { "core",              own_rows,            0 },
    { "core.slots",        slot_rows,           offsetof(struct core_stats, slots) },
    { "core.stack",        stack_rows,          offsetof(struct core_stats, stack) },
    { "core.level2",       level2_rows,         offsetof(struct core_stats, slots2) },
    { "core.branch",       bpred_stat_rows,     offsetof(struct core_stats, predictor) },
    { "core.waits",        memdep_stat_rows,    offsetof(struct core_stats, waits) },
    { "core.forwards",     memdep_stat_rows,    offsetof(struct core_stats, forwards) },
    { "core.lap",          lap_stat_rows,       offsetof(struct core_stats, lap) },
    { "core.tlb",          tlb_stat_rows,       offsetof(struct core_stats, tlb) },
    { "core.memory",       hierarchy_stat_rows, offsetof(struct core_stats, memory) },
    { "core.l1i",          cache_stat_rows,     offsetof(struct core_stats, memory.l1i) },
    { "core.l1d",          cache_stat_rows,     offsetof(struct core_stats, memory.l1d) },
    { "core.l2",           cache_stat_rows,     offsetof(struct core_stats, memory.l2) },
    { "core.slc",          cache_stat_rows,     offsetof(struct core_stats, memory.slc) },
    { "core.dram",         dram_stat_rows,      offsetof(struct core_stats, memory.dram) },
    // clang-format on
};
_Static_assert(COUNT(parts) + CORE_MODELS < CORE_GROUPS, "room for the last, which has no path");

void core_counters(const struct core_stats *s, struct stat_group groups[CORE_GROUPS])
{
    for (u32 k = 0; k < COUNT(parts); k++)
        *groups++ =
            (struct stat_group){ parts[k].path, parts[k].rows, (const char *)s + parts[k].offset };
    for (u32 k = 0; k < CORE_MODELS; k++)
        if (s->model[k].path)
            *groups++ = s->model[k];
    *groups = (struct stat_group){ 0 };
}
