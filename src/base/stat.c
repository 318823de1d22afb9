#include "base/stat.h"

#include <string.h>

void stat_walk(const struct stat_group *groups, stat_each *each, void *ctx)
{
    for (const struct stat_group *g = groups; g && g->path; g++)
        for (const struct stat_row *row = g->rows; row && row->name; row++)
            each(ctx, g, row);
}

const struct stat_group *stat_group(const struct stat_group *groups, const char *path)
{
    for (const struct stat_group *g = groups; g && g->path; g++)
        if (strcmp(g->path, path) == 0)
            return g;
    return NULL;
}

bool stat_read(const struct stat_group *groups, const char *path, u64 *value)
{
    for (const struct stat_group *g = groups; g && g->path; g++) {
        size_t n = strlen(g->path);
        if (strncmp(path, g->path, n) != 0 || path[n] != '.')
            continue;
        for (const struct stat_row *row = g->rows; row && row->name; row++)
            if (strcmp(row->name, path + n + 1) == 0) {
                *value = stat_value(g, row);
                return true;
            }
    }
    return false;
}
