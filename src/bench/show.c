// A measurement as a table and as JSON, and read back.
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "bench/bench.h"
#include "bench/suite.h"

static const char *clock_name(enum bench_clock clock)
{
    return clock == BENCH_WALL ? "wall" : "cpu";
}

// -- Text --

static void show_row(const struct bench *b, const struct bench_series *s, enum bench_clock clock,
                     FILE *f)
{
    struct bench_verdict v = bench_verdict(b, s, clock);
    double speed = v.speed;
    fprintf(f, "  %-17s %8.1f  %8.2f [%8.2f,%8.2f] %9.2f", s->program,
            (double)s->instructions / 1e6, v.seconds * 1e3, v.range.low * 1e3, v.range.high * 1e3,
            speed);
    if (isnan(s->host_instructions))
        fprintf(f, " %7s", "n/a");
    else
        fprintf(f, " %7.2f", s->host_instructions / (double)s->instructions);
    fprintf(f, " %7.1f", (double)s->peak_bytes / (1 << 20));
    if (s->allocations < 0)
        fprintf(f, " %7s", "n/a");
    else
        fprintf(f, " %7lld", (long long)s->allocations);
    if (!isnan(v.ratio.value))
        fprintf(f, "  %6.3f [%6.3f,%6.3f] p %.4f%s", v.ratio.value, v.ratio.low, v.ratio.high, v.p,
                v.p < 0.05 ? " *" : "");
    fprintf(f, "\n");
}

static void show_mean(const struct bench *b, const struct bench_series *s, size_t n,
                      const char *group, enum bench_clock clock, FILE *f)
{
    size_t count, compared;
    struct estimate speed = bench_speed(s, n, group, clock, &count);
    struct estimate ratio = bench_ratio(b, s, n, group, clock, &compared);
    if (!count || (!group && n == 1))
        return;
    fprintf(f, "  geomean of %2zu %-4s %31.2f M instr/s [%.2f, %.2f]", count, group ? group : "",
            speed.value, speed.low, speed.high);
    if (compared)
        fprintf(f, "; ratio %.3f [%.3f, %.3f]", ratio.value, ratio.low, ratio.high);
    fprintf(f, "\n");
}

static void show_mode(const struct bench *b, const struct bench_series *s, size_t n,
                      enum bench_clock clock, FILE *f)
{
    const struct bench_mode *m = bench_mode(s->mode);
    fprintf(f, "\n%s: %s\n", s->mode, m ? m->doc : "");
    fprintf(f, "  %-17s %8s  %8s %-19s %9s %7s %7s %7s%s\n", "program", "M instr", "ms",
            "  interval", "M instr/s", "h.i./i.", "peak MB", "allocs",
            b->other ? "   ratio to the other" : "");
    for (size_t k = 0; k < n; k++)
        if (s[k].own.n)
            show_row(b, &s[k], clock, f);
    if (m && m->of != BENCH_EACH)
        return;
    show_mean(b, s, n, "int", clock, f);
    show_mean(b, s, n, "fp", clock, f);
    show_mean(b, s, n, "libc", clock, f);
    show_mean(b, s, n, NULL, clock, f);
}

void bench_show(const struct bench *b, enum bench_clock clock, FILE *f)
{
    unsigned least = STATS_MOST;
    for (size_t k = 0; k < b->count; k++)
        least = b->at[k].own.n < least ? b->at[k].own.n : least;
    double none[STATS_MOST] = { 0 };
    double coverage = stats_median_interval(none, least, 0.95).coverage;
    fprintf(f, "m2sim bench: %s%s%s, %s\n%s, %u CPUs, %s\n", b->version, *b->label ? " " : "",
            b->label, b->when, b->cpu, b->cpus, b->kernel);
    fprintf(
        f,
        "times: %s, median of %u repetitions in turn; its interval by order statistics, %.1f %%\n",
        clock == BENCH_WALL ? "wall clock" : "CPU (user and system)", least, 100 * coverage);
    fprintf(f, "h.i./i.: instructions of the host in user mode an instruction of the guest\n");
    if (b->other)
        fprintf(f,
                "ratio: speed of m2sim over that of %s%s; 95 %% by bootstrap; p: rank-sum test\n",
                b->other, b->interleaved ? " in the same rounds" : "");
    for (size_t k = 0, n; k < b->count; k += n) {
        n = bench_group(b, k);
        show_mode(b, &b->at[k], n, clock, f);
    }
}

// -- JSON --

static void write_times(struct jw *j, const struct bench_sample *s)
{
    jw_array(j, "cpu_seconds");
    for (unsigned k = 0; k < s->n; k++)
        jw_real(j, NULL, s->cpu[k]);
    jw_close(j);
    jw_array(j, "wall_seconds");
    for (unsigned k = 0; k < s->n; k++)
        jw_real(j, NULL, s->wall[k]);
    jw_close(j);
}

static void write_estimate(struct jw *j, const char *key, struct estimate e)
{
    jw_object(j, key);
    jw_real(j, "value", e.value);
    jw_real(j, "low", e.low);
    jw_real(j, "high", e.high);
    jw_close(j);
}

static void write_count(struct jw *j, const char *key, i64 n)
{
    if (n < 0)
        jw_text(j, key, NULL);
    else
        jw_i64(j, key, n);
}

static void write_series(struct jw *j, const struct bench *b, const struct bench_series *s,
                         enum bench_clock clock)
{
    struct bench_verdict v = bench_verdict(b, s, clock);
    jw_object(j, NULL);
    jw_text(j, "program", s->program);
    jw_text(j, "group", s->group);
    jw_u64(j, "instructions", s->instructions);
    jw_real(j, "seconds", v.seconds);
    jw_real(j, "seconds_low", v.range.low);
    jw_real(j, "seconds_high", v.range.high);
    jw_real(j, "coverage", v.range.coverage);
    jw_real(j, "mips", v.speed);
    write_times(j, &s->own);
    jw_real(j, "host_instructions_per_instruction", s->host_instructions / (double)s->instructions);
    jw_u64(j, "peak_bytes", s->peak_bytes);
    write_count(j, "allocations", s->allocations);
    write_count(j, "allocated_bytes", s->allocated_bytes);
    if (s->other.n) {
        jw_object(j, "vs");
        write_times(j, &s->other);
        write_estimate(j, "ratio", v.ratio);
        jw_real(j, "p", v.p);
        jw_close(j);
    }
    jw_close(j);
}

static void write_mode(struct jw *j, const struct bench *b, const struct bench_series *s, size_t n,
                       enum bench_clock clock)
{
    static const char *const groups[] = { "int", "fp", "libc", NULL };
    jw_object(j, NULL);
    jw_text(j, "mode", s->mode);
    jw_array(j, "geomeans");
    for (size_t k = 0; k < COUNT(groups); k++) {
        size_t count, compared;
        struct estimate speed = bench_speed(s, n, groups[k], clock, &count);
        struct estimate ratio = bench_ratio(b, s, n, groups[k], clock, &compared);
        if (!count)
            continue;
        jw_object(j, NULL);
        jw_text(j, "group", groups[k] ? groups[k] : "all");
        jw_u64(j, "programs", count);
        write_estimate(j, "mips", speed);
        if (compared)
            write_estimate(j, "ratio", ratio);
        jw_close(j);
    }
    jw_close(j);
    jw_array(j, "programs");
    for (size_t k = 0; k < n; k++)
        write_series(j, b, &s[k], clock);
    jw_close(j);
    jw_close(j);
}

void bench_show_json(const struct bench *b, enum bench_clock clock, FILE *f)
{
    struct jw j;
    jw_begin(&j, f);
    jw_object(&j, NULL);
    jw_u64(&j, "schema", 1);
    jw_text(&j, "kind", "bench");
    jw_text(&j, "version", b->version);
    jw_text(&j, "label", b->label);
    jw_text(&j, "when", b->when);
    jw_text(&j, "command", b->command);
    jw_object(&j, "host");
    jw_text(&j, "cpu", b->cpu);
    jw_u64(&j, "cpus", b->cpus);
    jw_text(&j, "kernel", b->kernel);
    jw_close(&j);
    jw_text(&j, "clock", clock_name(clock));
    jw_u64(&j, "repetitions", b->repetitions);
    jw_text(&j, "vs", b->other);
    jw_array(&j, "modes");
    for (size_t k = 0, n; k < b->count; k += n) {
        n = bench_group(b, k);
        write_mode(&j, b, &b->at[k], n, clock);
    }
    jw_close(&j);
    jw_close(&j);
    jw_finish(&j);
}

// -- Reading --

static char *read_text(struct arena *a, const json_t *o, const char *key)
{
    const char *t = json_string_value(json_object_get(o, key));
    return suite_text(a, "%s", t ? t : "");
}

static bool read_times(const json_t *o, struct bench_sample *s)
{
    const json_t *cpu = json_object_get(o, "cpu_seconds"),
                 *wall = json_object_get(o, "wall_seconds");
    size_t n = json_array_size(cpu);
    if (!n || n > STATS_MOST || json_array_size(wall) != n)
        return false;
    for (s->n = 0; s->n < n; s->n++) {
        s->cpu[s->n] = json_number_value(json_array_get(cpu, s->n));
        s->wall[s->n] = json_number_value(json_array_get(wall, s->n));
        if (!(s->cpu[s->n] > 0) || !(s->wall[s->n] > 0))
            return false;
    }
    return true;
}

static bool read_mode(struct bench *b, const json_t *mode, size_t most)
{
    const json_t *list = json_object_get(mode, "programs"), *o;
    size_t k;
    json_array_foreach(list, k, o)
    {
        struct bench_series s = { .host_instructions = NAN,
                                  .allocations = -1,
                                  .allocated_bytes = -1 };
        s.mode = read_text(b->arena, mode, "mode");
        s.program = read_text(b->arena, o, "program");
        s.group = read_text(b->arena, o, "group");
        s.instructions = (u64)json_integer_value(json_object_get(o, "instructions"));
        if (b->count == most || !s.instructions || !read_times(o, &s.own))
            return false;
        b->at[b->count++] = s;
    }
    return true;
}

bool bench_load(struct bench *b, const char *path, struct err *e)
{
    enum { MOST = 1000 };
    json_error_t error;
    json_t *root = json_load_file(path, 0, &error);
    if (!root && error.line < 0)
        return err_set(e, "%s", error.text);
    if (!root)
        return err_set(e, "%s:%d:%d: %s", path, error.line, error.column, error.text);
    const json_t *modes = json_object_get(root, "modes"), *mode;
    const char *kind = json_string_value(json_object_get(root, "kind"));
    bool ok = kind && !strcmp(kind, "bench");
    size_t k;
    b->at = ARENA_ARRAY(b->arena, MOST, struct bench_series);
    b->version = read_text(b->arena, root, "version");
    b->label = read_text(b->arena, root, "label");
    b->when = read_text(b->arena, root, "when");
    json_array_foreach(modes, k, mode) ok = ok && read_mode(b, mode, MOST);
    json_decref(root);
    return (ok && b->count) || err_set(e, "%s: not what 'm2sim bench --json' writes", path);
}
