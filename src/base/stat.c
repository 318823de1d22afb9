#include "base/stat.h"

#include <assert.h>
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

// The counter whose path is the first `length` bytes of `path`.
static bool find(const struct stat_group *groups, const char *path, size_t length, u64 *value)
{
    for (const struct stat_group *g = groups; g && g->path; g++) {
        size_t n = strlen(g->path);
        if (n >= length || strncmp(path, g->path, n) != 0 || path[n] != '.')
            continue;
        const char *name = path + n + 1;
        size_t rest = length - n - 1;
        for (const struct stat_row *row = g->rows; row && row->name; row++)
            if (strlen(row->name) == rest && !memcmp(row->name, name, rest)) {
                *value = stat_value(g, row);
                return true;
            }
    }
    return false;
}

bool stat_read(const struct stat_group *groups, const char *path, u64 *value)
{
    return find(groups, path, strlen(path), value);
}

bool stat_sum(const struct stat_group *groups, const char *sum, u64 *value)
{
    u64 all = 0, x;
    for (char sign = '+';; sum += 3) {
        size_t n = strcspn(sum, " ");
        if (!find(groups, sum, n, &x))
            return false;
        if (sign == '/')
            all = x ? all / x : 0;
        else
            all += sign == '-' ? -x : x;
        sum += n;
        if (!*sum)
            break;
        assert(sum[0] == ' ' && strchr("+-/", sum[1]) && sum[2] == ' ');
        sign = sum[1];
    }
    *value = all;
    return true;
}
