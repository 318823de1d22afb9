// intervals.h: the part of a report that shows a run over time; nothing when nobody asked for it.
#ifndef REPORT_INTERVALS_H
#define REPORT_INTERVALS_H

#include <stdio.h>

#include "base/json.h"
#include "report/report.h"

void intervals_text(const struct report *r, FILE *f);   // at most 20 rows
void intervals_json(const struct report *r, struct jw *j);   // "intervals", all
void intervals_csv(const struct report *r, FILE *f);   // all, a row each, below a row of names

#endif
