// Writes the page of a profile that is made up.
//
//     synthetic KIND FILE
//
// wide     100,000 instructions in 1,000 functions that cost the same, all with long texts
// flat     100,000 instructions in 100,000 functions
// deep     100,000 instructions, call paths 2,000 deep and 60,000 in number
// hostile  names that would be code if they were not text
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profile/profile.h"

enum { CAUSES = 20, EVENTS = 9, INSTRUCTIONS = 100000, PATHS = 60000, DEPTH = 2000 };

static const struct profile_label causes[CAUSES] = {
    { "base", "retired", "Light Operations", "Retiring" },
    { "c1", "a", "Heavy Operations", "Retiring" },
    { "c2", "a", "Branch Mispredicts", "Bad Speculation" },
    { "c3", "a", "Branch Mispredicts", "Bad Speculation" },
    { "c4", "a", "Machine Clears", "Bad Speculation" },
    { "c5", "a", "Fetch Latency", "Frontend Bound" },
    { "c6", "a", "Fetch Latency", "Frontend Bound" },
    { "c7", "a", "Fetch Latency", "Frontend Bound" },
    { "c8", "a", "Fetch Bandwidth", "Frontend Bound" },
    { "c9", "a", "Memory Bound", "Backend Bound" },
    { "d0", "a", "Memory Bound", "Backend Bound" },
    { "d1", "a", "Memory Bound", "Backend Bound" },
    { "d2", "a", "Memory Bound", "Backend Bound" },
    { "d3", "a", "Memory Bound", "Backend Bound" },
    { "d4", "a", "Memory Bound", "Backend Bound" },
    { "d5", "a", "Memory Bound", "Backend Bound" },
    { "d6", "a", "Core Bound", "Backend Bound" },
    { "d7", "a", "Core Bound", "Backend Bound" },
    { "d8", "a", "Core Bound", "Backend Bound" },
    { "d9", "a", "Core Bound", "Backend Bound" },
};
static const struct profile_label events[EVENTS] = {
    { "executed", "", "", "" }, { "fused", "", "", "" },     { "mispredicted", "", "", "" },
    { "taken", "", "", "" },    { "l2", "", "", "" },        { "slc", "", "", "" },
    { "dram", "", "", "" },     { "forwarded", "", "", "" }, { "dtlb", "", "", "" },
};

static void *all_of(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        exit(1);
    return p;
}

static void add_functions(struct profile *p, u32 n, const char *name)
{
    p->functions = n;
    p->function = all_of(n, sizeof(*p->function));
    for (u32 k = 0; k < n; k++) {
        char *text = all_of(1, 200);
        snprintf(text, 200, "%s_%u", name, k);
        p->function[k] = (struct profile_function){ k ? text : name,
                                                    0,
                                                    0x400000 + 4ull * k * (INSTRUCTIONS / n),
                                                    4 * (INSTRUCTIONS / n),
                                                    "/nowhere/source file.c",
                                                    1 + k };
    }
}

// Path k is called on path k - 1, but for every `depth`th, which is a root.
static void add_paths(struct profile *p, u32 n, u32 depth)
{
    p->paths = n;
    p->path = all_of(n, sizeof(*p->path));
    p->path[0] = (struct profile_path){ .kind = "none", .function = PROFILE_NONE };
    for (u32 k = 1; k < n; k++)
        p->path[k] = (struct profile_path){ k % depth == 1 ? 0 : k - 1,
                                            k % depth == 1 ? "root" : "call",
                                            0x400000,
                                            0x400000,
                                            k % p->functions,
                                            k };
}

static void add_instructions(struct profile *p)
{
    p->instruction_count = p->costs = INSTRUCTIONS;
    p->instruction = all_of(INSTRUCTIONS, sizeof(*p->instruction));
    p->cost = all_of(INSTRUCTIONS, sizeof(*p->cost));
    for (u32 k = 0; k < INSTRUCTIONS; k++) {
        u32 f = (u32)((u64)k * p->functions / INSTRUCTIONS);
        u64 *slots = all_of(CAUSES + EVENTS, sizeof(*slots));
        for (u32 c = 0; c < CAUSES + EVENTS; c++)
            slots[c] = (k * 2654435761u + c * 40503u) % 1000000;
        // A load of a pair: a long text.
        p->instruction[k] =
            (struct profile_instruction){ 0x400000 + 4ull * k, 0xa94153f3,    f,           0,
                                          p->function[f].file, 1 + k % 50000, PROFILE_NONE };
        p->cost[k] = (struct profile_cost){ 1 + k % (p->paths - 1), k, slots, slots + CAUSES };
        for (u32 c = 0; c < CAUSES; c++)
            p->cycles += slots[c];
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const char *kind = argv[1];
    bool hostile = !strcmp(kind, "hostile"), deep = !strcmp(kind, "deep");
    const char *name = hostile ? "</script><script>window.stolen = 1</script><img src=x onerror="
                                 "'window.stolen = 1'><!--<script>\"\\"
                               : "a_function_with_a_rather_long_name_as_templates_have";
    struct profile_object object = { "/bin/program", 0 };
    struct profile p = {
        .command = name,
        .program = "program",
        .program_digest = "0",
        .version = "0",
        .model = "fast",
        .core = "m2-avalanche",
        .config_digest = "0",
        .frequency_ghz = 3.5,
        .width = 1,
        .instructions = 1,
        .cause = (struct profile_label *)causes,
        .causes = CAUSES,
        .event = (struct profile_label *)events,
        .events = EVENTS,
        .object = &object,
        .objects = 1,
    };
    add_functions(&p, !strcmp(kind, "flat") ? INSTRUCTIONS : 1000, name);
    add_paths(&p, deep ? PATHS : 2, deep ? DEPTH : 2);
    add_instructions(&p);
    FILE *f = fopen(argv[2], "w");
    struct err e;
    if (!f || !profile_html(&p, f, &e) || fclose(f))
        return fprintf(stderr, "%s\n", f ? e.text : argv[2]), 1;
    return 0;
}
