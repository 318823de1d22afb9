// A run over time: as text, JSON and CSV.
#include "report/intervals.h"

#include <inttypes.h>

#include "report/figures.h"

enum { MOST_ROWS = 20 };   // of the text

static double per_kilo(u64 n, u64 instructions)
{
    return 1000 * report_ratio((double)n, (double)instructions);
}

static double ipc(const struct report_interval *i)
{
    return report_ratio((double)i->instructions, (double)i->cycles);
}

// Several in a row as one; of a footprint the largest.
static struct report_interval sum(const struct report_interval *i, size_t n)
{
    struct report_interval s = { 0 };
    for (size_t k = 0; k < n; k++) {
        s.instructions += i[k].instructions;
        s.cycles += i[k].cycles;
        s.mispredictions += i[k].mispredictions;
        s.l1d_misses += i[k].l1d_misses;
        s.l2_misses += i[k].l2_misses;
        s.lines = i[k].lines > s.lines ? i[k].lines : s.lines;
    }
    return s;
}

void intervals_text(const struct report *r, FILE *f)
{
    if (!r->intervals)
        return;
    size_t each = (r->intervals + MOST_ROWS - 1) / MOST_ROWS;
    double best = 0;
    u64 at = 0;
    for (size_t k = 0; k < r->intervals; k++)
        best = ipc(&r->interval[k]) > best ? ipc(&r->interval[k]) : best;
    fprintf(f, "\n  Over time, in intervals of %" PRIu64 " instructions%s\n", r->every,
            each > 1 ? ", several a row" : "");
    fprintf(f, "    %14s %6s %12s %10s %9s %12s\n", "from", "IPC", "branch MPKI", "l1d MPKI",
            "l2 MPKI", "footprint");
    for (size_t k = 0; k < r->intervals; k += each) {
        size_t n = r->intervals - k < each ? r->intervals - k : each;
        struct report_interval s = sum(&r->interval[k], n);
        char from[32];
        fprintf(f, "    %14s %6.2f %12.2f %10.2f %9.2f %8" PRIu64 " KiB  %.*s\n",
                report_grouped(at, from), ipc(&s), per_kilo(s.mispredictions, s.instructions),
                per_kilo(s.l1d_misses, s.instructions), per_kilo(s.l2_misses, s.instructions),
                s.lines / 16, (int)(30 * report_ratio(ipc(&s), best) + 0.5),
                "##############################");
        at += s.instructions;
    }
}

void intervals_json(const struct report *r, struct jw *j)
{
    if (!r->intervals)
        return;
    jw_object(j, "intervals");
    jw_u64(j, "every", r->every);
    jw_array(j, "rows");
    for (size_t k = 0; k < r->intervals; k++) {
        const struct report_interval *i = &r->interval[k];
        jw_object(j, NULL);
        jw_u64(j, "instructions", i->instructions);
        jw_u64(j, "cycles", i->cycles);
        jw_real(j, "ipc", ipc(i));
        jw_u64(j, "mispredictions", i->mispredictions);
        jw_u64(j, "l1d_misses", i->l1d_misses);
        jw_u64(j, "l2_misses", i->l2_misses);
        jw_u64(j, "footprint_bytes", 64 * i->lines);
        jw_object(j, "slots");
        for (unsigned c = 0; c < r->causes; c++)
            if (i->cause[c])
                jw_u64(j, r->cause[c].name, i->cause[c]);
        jw_close(j);
        jw_close(j);
    }
    jw_close(j);
    jw_close(j);
}

void intervals_csv(const struct report *r, FILE *f)
{
    fprintf(f, "instructions,cycles,ipc,branch_mpki,l1d_mpki,l2_mpki,footprint_bytes");
    for (unsigned c = 0; c < r->causes; c++)
        fprintf(f, ",slots_%s", r->cause[c].name);
    fputc('\n', f);
    for (size_t k = 0; k < r->intervals; k++) {
        const struct report_interval *i = &r->interval[k];
        fprintf(f, "%" PRIu64 ",%" PRIu64 ",%.6f,%.6f,%.6f,%.6f,%" PRIu64, i->instructions,
                i->cycles, ipc(i), per_kilo(i->mispredictions, i->instructions),
                per_kilo(i->l1d_misses, i->instructions), per_kilo(i->l2_misses, i->instructions),
                64 * i->lines);
        for (unsigned c = 0; c < r->causes; c++)
            fprintf(f, ",%" PRIu64, i->cause[c]);
        fputc('\n', f);
    }
}
