// A profile as tables, as JSON and as folded stacks.
#include "base/json.h"
#include "bench/profile.h"

static double percent(u64 part, u64 whole)
{
    return whole ? 100 * (double)part / (double)whole : 0;
}

// Of the host, for an instruction of the guest.
static double nanoseconds(const struct profile_mode *m, const struct tally_row *r)
{
    return (double)r->weight / (double)m->part.weight * m->cpu * 1e9 / (double)m->instructions;
}

// -- Text --

static void show_time(const struct profile_mode *m, size_t most, FILE *f)
{
    fprintf(f, "  %-34s %6s %9s\n", "part", "time", "ns/instr");
    for (size_t k = 0; k < m->part.count; k++)
        fprintf(f, "  %-34s %5.1f%% %9.3f\n", m->part.at[k].name,
                percent(m->part.at[k].weight, m->part.weight), nanoseconds(m, &m->part.at[k]));
    fprintf(f, "\n  %-34s %6s %9s  %s\n", "function", "time", "ns/instr", "file");
    for (size_t k = 0; k < m->function.count && k < most; k++) {
        const struct tally_row *r = &m->function.at[k];
        fprintf(f, "  %-34.34s %5.1f%% %9.3f  %s\n", r->name,
                percent(r->weight, m->function.weight), nanoseconds(m, r), r->note ? r->note : "");
    }
}

static void show_allocations(const struct profile_mode *m, size_t most, FILE *f)
{
    fprintf(f, "\n  allocations a program: %.1f, %.1f KiB\n", (double)m->allocations / m->programs,
            (double)m->allocated_bytes / 1024 / m->programs);
    fprintf(f, "  %-34s %6s %9s  %s\n", "by function", "number", "KiB", "file");
    for (size_t k = 0; k < m->from_function.count && k < most; k++) {
        const struct tally_row *r = &m->from_function.at[k];
        fprintf(f, "  %-34.34s %6.1f %9.1f  %s\n", r->name, (double)r->count / m->programs,
                (double)r->weight / 1024 / m->programs, r->note ? r->note : "");
    }
}

void profile_show(const struct bench_profile *p, size_t most, FILE *f)
{
    for (size_t k = 0; k < p->modes; k++) {
        const struct profile_mode *m = &p->mode[k];
        fprintf(f,
                "%s%s: %u programs, %.1f M instructions, %.2f s of CPU time, %.2f ns an "
                "instruction; %llu ticks\n",
                k ? "\n" : "", m->mode, m->programs, (double)m->instructions / 1e6, m->cpu,
                m->cpu * 1e9 / (double)m->instructions, (unsigned long long)m->part.weight);
        if (m->lost)
            fprintf(f, "  %llu samples were lost\n", (unsigned long long)m->lost);
        show_time(m, most, f);
        show_allocations(m, most, f);
    }
}

// -- JSON --

static void write_rows(struct jw *j, const char *key, const struct tally *t, const char *weight,
                       bool file)
{
    jw_array(j, key);
    for (size_t k = 0; k < t->count; k++) {
        jw_object(j, NULL);
        jw_text(j, "name", t->at[k].name);
        if (file)
            jw_text(j, "file", t->at[k].note);
        jw_u64(j, "samples", t->at[k].count);
        jw_u64(j, weight, t->at[k].weight);
        jw_real(j, "share", percent(t->at[k].weight, t->weight) / 100);
        jw_close(j);
    }
    jw_close(j);
}

void profile_show_json(const struct bench_profile *p, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "kind", "bench-profile");
    jw_array(&j, "modes");
    for (size_t k = 0; k < p->modes; k++) {
        const struct profile_mode *m = &p->mode[k];
        jw_object(&j, NULL);
        jw_text(&j, "mode", m->mode);
        jw_u64(&j, "programs", m->programs);
        jw_u64(&j, "instructions", m->instructions);
        jw_real(&j, "cpu_seconds", m->cpu);
        jw_u64(&j, "lost", m->lost);
        jw_u64(&j, "allocations", m->allocations);
        jw_u64(&j, "allocated_bytes", m->allocated_bytes);
        write_rows(&j, "parts", &m->part, "ticks", false);
        write_rows(&j, "functions", &m->function, "ticks", true);
        write_rows(&j, "lines", &m->line, "ticks", false);
        write_rows(&j, "allocating_parts", &m->from_part, "bytes", false);
        write_rows(&j, "allocating_functions", &m->from_function, "bytes", true);
        jw_close(&j);
    }
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}

// -- Folded stacks --

void profile_show_folded(const struct bench_profile *p, FILE *f)
{
    for (size_t k = 0; k < p->modes; k++)
        for (size_t s = 0; s < p->mode[k].stack.count; s++)
            fprintf(f, "%s;%s %llu\n", p->mode[k].mode, p->mode[k].stack.at[s].name,
                    (unsigned long long)p->mode[k].stack.at[s].weight);
}
