// Sums over a profile.
#include "profile/profile.h"

#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

void profile_sum_add(const struct profile *p, struct profile_sum *s, const struct profile_cost *c)
{
    for (u32 k = 0; k < p->causes; k++) {
        s->slots[k] += c->slots[k];
        s->all += c->slots[k];
    }
    for (u32 k = 0; k < p->events; k++)
        s->events[k] += c->events[k];
}

static void add_sum(struct profile_sum *to, const struct profile_sum *from)
{
    for (u32 k = 0; k < PROFILE_MOST_CAUSES; k++)
        to->slots[k] += from->slots[k];
    for (u32 k = 0; k < PROFILE_MOST_EVENTS; k++)
        to->events[k] += from->events[k];
    to->all += from->all;
}

void profile_total(const struct profile *p, struct profile_sum *s)
{
    *s = (struct profile_sum){ 0 };
    for (u32 k = 0; k < p->costs; k++)
        profile_sum_add(p, s, &p->cost[k]);
}

struct profile_sum *profile_by_instruction(const struct profile *p)
{
    struct profile_sum *s = must_calloc(p->instruction_count, sizeof(*s));
    for (u32 k = 0; k < p->costs; k++)
        profile_sum_add(p, &s[p->cost[k].instruction], &p->cost[k]);
    return s;
}

struct profile_sum *profile_by_function(const struct profile *p)
{
    struct profile_sum *s = must_calloc(p->functions, sizeof(*s));
    for (u32 k = 0; k < p->costs; k++)
        profile_sum_add(p, &s[p->instruction[p->cost[k].instruction].function], &p->cost[k]);
    return s;
}

struct profile_sum *profile_by_path(const struct profile *p, bool below)
{
    struct profile_sum *s = must_calloc(p->paths, sizeof(*s));
    for (u32 k = 0; k < p->costs; k++)
        profile_sum_add(p, &s[p->cost[k].path], &p->cost[k]);
    for (u32 k = p->paths; below && k-- > 1;)
        add_sum(&s[p->path[k].parent], &s[k]);
    return s;
}

u64 *profile_inclusive(const struct profile *p)
{
    u64 *of = must_calloc(p->functions, sizeof(*of));
    u32 *last = must_calloc(p->functions, sizeof(*last));   // cost that was counted, + 1
    for (u32 k = 0; k < p->costs; k++) {
        const struct profile_cost *c = &p->cost[k];
        u64 all = 0;
        for (u32 n = 0; n < p->causes; n++)
            all += c->slots[n];
        u32 own = p->instruction[c->instruction].function;
        of[own] += all;
        last[own] = k + 1;
        for (u32 path = c->path; path; path = p->path[path].parent) {
            u32 f = p->path[path].function;
            of[f] += last[f] == k + 1 ? 0 : all;
            last[f] = k + 1;
        }
    }
    free(last);
    return of;
}

struct hot {
    u32 function;
    u64 slots;
};

static int by_slots(const void *left, const void *right)
{
    const struct hot *a = left, *b = right;
    if (a->slots != b->slots)
        return a->slots > b->slots ? -1 : 1;
    return a->function < b->function ? -1 : a->function > b->function;
}

u32 *profile_hottest(const struct profile *p, const struct profile_sum *own)
{
    struct hot *hot = must_calloc(p->functions, sizeof(*hot));
    u32 *order = must_calloc(p->functions, sizeof(*order));
    for (u32 k = 0; k < p->functions; k++)
        hot[k] = (struct hot){ k, own[k].all };
    qsort(hot, p->functions, sizeof(*hot), by_slots);
    for (u32 k = 0; k < p->functions; k++)
        order[k] = hot[k].function;
    free(hot);
    return order;
}

u64 *profile_calls(const struct profile *p)
{
    u64 *calls = must_calloc(p->functions, sizeof(*calls));
    for (u32 k = 1; k < p->paths; k++)
        if (p->path[k].function != PROFILE_NONE)
            calls[p->path[k].function] += p->path[k].calls;
    return calls;
}

// -- Lines --

static int compare_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : !b - !a;
}

struct at_line {
    const char *file;
    u32 line, function;
    const struct profile_sum *sum;
};

static int compare_at(const void *left, const void *right)
{
    const struct at_line *a = left, *b = right;
    int file = compare_text(a->file, b->file);
    if (file)
        return file;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->function < b->function ? -1 : a->function > b->function;
}

static int compare_lines(const void *left, const void *right)
{
    const struct profile_line *a = left, *b = right;
    if (a->sum.all != b->sum.all)
        return a->sum.all > b->sum.all ? -1 : 1;
    int file = compare_text(a->file, b->file);
    return file ? file : a->line < b->line ? -1 : a->line > b->line;
}

struct profile_line *profile_by_line(const struct profile *p, u32 *count)
{
    struct profile_sum *sum = profile_by_instruction(p);
    struct at_line *at = must_calloc(p->instruction_count, sizeof(*at));
    struct profile_line *line = must_calloc(p->instruction_count, sizeof(*line));
    u32 n = 0;
    for (u32 k = 0; k < p->instruction_count; k++) {
        const struct profile_instruction *i = &p->instruction[k];
        at[k] = (struct at_line){ i->file, i->file ? i->line : 0, i->function, &sum[k] };
    }
    qsort(at, p->instruction_count, sizeof(*at), compare_at);
    u64 most = 0, of_function = 0;
    for (u32 k = 0; k < p->instruction_count; k++) {
        bool same = k && !compare_text(at[k].file, at[k - 1].file) && at[k].line == at[k - 1].line;
        bool source = at[k].file && at[k].line;
        if (!same || (!source && at[k].function != at[k - 1].function)) {
            line[n++] = (struct profile_line){ at[k].file, at[k].line, at[k].function, { { 0 } } };
            most = of_function = 0;
        } else if (at[k].function != at[k - 1].function) {
            of_function = 0;
        }
        add_sum(&line[n - 1].sum, at[k].sum);
        of_function += at[k].sum->all;
        if (of_function > most) {
            most = of_function;
            line[n - 1].function = at[k].function;
        }
    }
    qsort(line, n, sizeof(*line), compare_lines);
    free(at);
    free(sum);
    *count = n;
    return line;
}

// -- Names --

static u32 find(const struct profile_label *label, u32 count, const char *name)
{
    for (u32 k = 0; k < count; k++)
        if (!strcmp(label[k].name, name))
            return k;
    return PROFILE_NONE;
}

u32 profile_cause(const struct profile *p, const char *name)
{
    return find(p->cause, p->causes, name);
}

u32 profile_event(const struct profile *p, const char *name)
{
    return find(p->event, p->events, name);
}

const struct profile_label *profile_worst(const struct profile *p, const struct profile_sum *s,
                                          u64 *slots)
{
    const struct profile_label *worst = NULL;
    *slots = 0;
    for (u32 k = 0; k < p->causes; k++)
        if (strcmp(p->cause[k].class, "Retiring") && s->slots[k] > *slots) {
            *slots = s->slots[k];
            worst = &p->cause[k];
        }
    return worst;
}
