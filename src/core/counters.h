// counters.h: the path of every counter of a core.
//
// The one place that says which parts a core's counters come from. What is a row of a part's
// *_stats.def has a path here without further work, and a line in every full report.
#ifndef CORE_COUNTERS_H
#define CORE_COUNTERS_H

#include "core/core.h"

enum { CORE_GROUPS = 24 };

// The groups of `s`, ended by one without path; they point into `s`.
void core_counters(const struct core_stats *s, struct stat_group groups[CORE_GROUPS]);

#endif
