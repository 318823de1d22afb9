#include "report/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"

static int by_key(const void *left, const void *right)
{
    const struct compare_row *a = left, *b = right;
    return strcmp(a->key, b->key);
}

static int by_change(const void *left, const void *right)
{
    const struct compare_row *a = left, *b = right;
    double x = fabs(a->after - a->before), y = fabs(b->after - b->before);
    if (x != y)
        return x > y ? -1 : 1;
    return by_key(left, right);
}

size_t compare_join(struct compare_row *row, size_t n)
{
    size_t kept = 0;
    if (!n)
        return 0;
    qsort(row, n, sizeof(*row), by_key);
    for (size_t k = 0; k < n; k++) {
        if (!kept || strcmp(row[kept - 1].key, row[k].key) != 0) {
            row[kept++] = row[k];
            continue;
        }
        row[kept - 1].before += row[k].before;
        row[kept - 1].after += row[k].after;
        if (!row[kept - 1].note)
            row[kept - 1].note = row[k].note;
    }
    qsort(row, kept, sizeof(*row), by_change);
    return kept;
}

static void print_row(const struct compare_row *r, FILE *f)
{
    char before[32], after[32], change[32];
    double by = r->after - r->before;
    report_grouped((u64)(r->before + 0.5), before);
    report_grouped((u64)(r->after + 0.5), after);
    report_grouped((u64)(fabs(by) + 0.5), change);
    fprintf(f, "    %15s %15s %c%14s ", before, after, by < 0 ? '-' : '+', change);
    if (r->before >= 0.5)
        fprintf(f, "%+7.1f%%", 100 * by / r->before);
    else
        fprintf(f, "%8s", "new");
    fprintf(f, "  %s%s%s\n", r->key, r->note ? ": " : "", r->note ? r->note : "");
}

void compare_text(const struct compare_row *row, size_t n, size_t most, const char *title, FILE *f)
{
    size_t changed = 0;
    for (size_t k = 0; k < n; k++)
        changed += fabs(row[k].after - row[k].before) >= 0.5;
    fprintf(f, "\n  %s\n", title);
    if (!changed) {
        fprintf(f, "    nothing changed\n");
        return;
    }
    fprintf(f, "    %15s %15s %15s %8s\n", "before", "after", "change", "");
    for (size_t k = 0; k < changed && k < most; k++)
        print_row(&row[k], f);
    if (changed > most)
        fprintf(f, "    and %zu more\n", changed - most);
}

void compare_json(const struct compare_row *row, size_t n, const char *key, struct jw *j)
{
    jw_array(j, key);
    for (size_t k = 0; k < n; k++) {
        jw_object(j, NULL);
        jw_text(j, "key", row[k].key);
        jw_real(j, "before", row[k].before);
        jw_real(j, "after", row[k].after);
        jw_text(j, "note", row[k].note);
        jw_close(j);
    }
    jw_close(j);
}
