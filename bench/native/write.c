// write.c: results as rows of the tables of measured/, and as JSON.
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "native.h"

static const struct {
    const char *file, *titles;
} tables[SUITES] = {
    [STRUCTURE] = { "m2-probes.csv",
                    "name,what_to_run,value,unit,core,source,provenance,confidence,note" },
    [PROBE] = { "m2-probes.csv", NULL },
    [LOOP] = { "loops.csv", "name,instructions,cycles,low,high,trust,machine,source" },
    [KERNEL] = { "kernels.csv", "name,size,instructions,cycles,low,high,trust,machine,source" },
    [APP] = { "apps.csv",
              "name,family,chip,core,clock_mhz,unit,measured,instructions,trust,fidelity,seen,"
              "compiler,program,arguments,passes,units,counted,source,note" },
};

enum { MOST_TEXT = 512 };

static const char *text(char at[MOST_TEXT], const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(at, MOST_TEXT, fmt, ap);
    va_end(ap);
    return at;
}

static void field(FILE *f, const char *s, char end)
{
    bool plain = !strpbrk(s, ",\"\n");
    if (!plain)
        fputc('"', f);
    for (; *s; s++) {
        if (*s == '"')
            fputc('"', f);
        fputc(*s == '\n' ? ' ' : *s, f);
    }
    if (!plain)
        fputc('"', f);
    fputc(end, f);
}

static void row(FILE *f, const char *const *at, size_t n)
{
    for (size_t k = 0; k < n; k++)
        field(f, at[k], k + 1 < n ? ',' : '\n');
}

static const char *trust(char at[MOST_TEXT], const struct author *a, const struct result *r)
{
    double spread = r->value > 0 ? (r->high - r->low) / r->value * 100 : 0;
    const char *word = r->slope.r2 > 0.999 && spread < 3   ? "high"
                       : r->slope.r2 > 0.99 && spread < 15 ? "medium"
                                                           : "low";
    return text(at, "%s (R2 %.5f, %u runs within %.1f %%)", word, r->slope.r2, a->repetitions,
                spread);
}

static void write_probe(FILE *f, const struct author *a, const struct result *r)
{
    char value[MOST_TEXT], core[MOST_TEXT], sure[MOST_TEXT], note[MOST_TEXT];
    const struct bench *b = r->bench;
    // The rows of the cores of any machine are those of its P or its E core.
    const char *at[] = { b->name,
                         b->what,
                         text(value, "%.5g", r->value),
                         b->unit,
                         text(core, "%.40s %c", a->machine, a->host->kind == E_CORE ? 'E' : 'P'),
                         a->source,
                         a->machine,
                         trust(sure, a, r),
                         text(note, "clock %.0f MHz", r->slope.mhz) };
    row(f, at, COUNT(at));
}

static void write_loop(FILE *f, const struct author *a, const struct result *r)
{
    char value[MOST_TEXT], low[MOST_TEXT], high[MOST_TEXT], sure[MOST_TEXT], machine[MOST_TEXT];
    char **old = r->bench->row;
    text(machine, "%.40s%s", a->machine, a->host->kind == E_CORE ? " E" : "");
    text(value, "%.5g", r->value);
    text(low, "%.5g", r->low);
    text(high, "%.5g", r->high);
    trust(sure, a, r);
    if (r->bench->suite == LOOP) {
        const char *at[] = { old[0], old[1], value, low, high, sure, machine, a->source };
        row(f, at, COUNT(at));
        return;
    }
    const char *at[] = { old[0], old[1], old[2], value, low, high, sure, machine, a->source };
    row(f, at, COUNT(at));
}

static void write_app(FILE *f, const struct author *a, const struct result *r)
{
    enum {
        CHIP = 2,
        CORE,
        CLOCK,
        MEASURED = 6,
        INSTRUCTIONS,
        TRUST,
        FIDELITY,
        COMPILER = 11,
        COUNTED = 16,
        SOURCE,
        NOTE,
        N
    };
    char value[MOST_TEXT], clock[MOST_TEXT], sure[MOST_TEXT];
    const char *at[N];
    for (int k = 0; k < N; k++)
        at[k] = r->bench->row[k] ? r->bench->row[k] : "";
    at[CHIP] = a->machine;
    at[CORE] = a->core;
    at[CLOCK] = text(clock, "%.0f", r->slope.mhz);
    at[MEASURED] = text(value, "%.5g", r->value);
    at[INSTRUCTIONS] = "";
    at[TRUST] = trust(sure, a, r);
    at[FIDELITY] = "B";
    at[COMPILER] = __VERSION__;
    at[COUNTED] = "";
    at[SOURCE] = a->source;
    row(f, at, N);
}

static bool write_table(const struct author *a, const struct result *results, size_t n,
                        const char *folder, enum suite first)
{
    char path[4096];
    FILE *f = NULL;
    for (size_t k = 0; k < n; k++) {
        const struct result *r = &results[k];
        if (strcmp(tables[r->bench->suite].file, tables[first].file) != 0 || isnan(r->value))
            continue;
        if (!f) {
            snprintf(path, sizeof(path), "%s/%s", folder, tables[first].file);
            f = fopen(path, "w");
            if (!f)
                return perror(path), false;
            fprintf(f, "%s\n", tables[first].titles);
        }
        if (r->bench->suite == APP)
            write_app(f, a, r);
        else if (r->bench->suite == LOOP || r->bench->suite == KERNEL)
            write_loop(f, a, r);
        else
            write_probe(f, a, r);
    }
    bool bad = f && ferror(f);
    return (!f || (fclose(f) == 0 && !bad)) || (perror(path), false);
}

bool write_tables(const struct author *a, const struct result *results, size_t n,
                  const char *folder)
{
    for (enum suite s = 0; s < SUITES; s++)
        if (tables[s].titles && !write_table(a, results, n, folder, s))
            return false;
    return true;
}

static void string(FILE *f, const char *name, const char *s)
{
    fprintf(f, "\"%s\": \"", name);
    for (; *s; s++)
        fprintf(f, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    fputc('"', f);
}

static void number(FILE *f, const char *name, double v)
{
    fprintf(f, isfinite(v) ? ", \"%s\": %.6g" : ", \"%s\": null", name, v);
}

void write_json(const struct author *a, const struct result *results, size_t n, FILE *f)
{
    fprintf(f, "{\n  \"schema\": 1,\n  ");
    string(f, "machine", a->machine);
    fprintf(f, ",\n  ");
    string(f, "core", a->core);
    fprintf(f, ",\n  \"results\": [");
    for (size_t k = 0; k < n; k++) {
        const struct result *r = &results[k];
        fprintf(f, "%s\n    { ", k ? "," : "");
        string(f, "name", r->bench->name);
        fprintf(f, ", ");
        string(f, "unit", r->bench->unit);
        if (r->bench->parameter) {
            fprintf(f, ", ");
            string(f, "parameter", r->bench->parameter);
        }
        number(f, "value", r->value);
        number(f, "low", r->low);
        number(f, "high", r->high);
        number(f, "r2", r->slope.r2);
        number(f, "clock_mhz", r->slope.mhz);
        fprintf(f, " }");
    }
    fprintf(f, "\n  ]\n}\n");
}
