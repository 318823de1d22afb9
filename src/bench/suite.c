#include "bench/suite.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"

enum { MOST_PROGRAMS = 200, QUICK_EVERY = 6 };

char *suite_text(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    char *text;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        out_of_memory();
    char *copy = arena_alloc(a, (size_t)n + 1, 1, 1);
    memcpy(copy, text, (size_t)n + 1);
    free(text);
    return copy;
}

// One of the patterns, of which the k-th is counted in used[k].
static bool matches(char *const *pattern, bool *used, const char *name, const char *group)
{
    bool any = false;
    for (size_t k = 0; pattern[k]; k++)
        if (fnmatch(pattern[k], name, 0) == 0 || fnmatch(pattern[k], group, 0) == 0)
            any = used[k] = true;
    return any;
}

static void read_rows(struct suite *s, struct arena *a, FILE *f, const char *guests,
                      char *const *pattern, bool *used, unsigned every)
{
    char line[512], name[64], group[16], full[16], quick[16];
    for (size_t n = 0; s->count < MOST_PROGRAMS && fgets(line, sizeof(line), f);) {
        if (*line == '#' || sscanf(line, "%63s %15s %15s %15s", name, group, full, quick) != 4 ||
            !strcmp(full, "-") || !matches(pattern, used, name, group) || n++ % every)
            continue;
        s->at[s->count++] = (struct suite_program){
            .name = suite_text(a, "%s", name),
            .group = suite_text(a, "%s", group),
            .path = suite_text(a, "%s/O2/%s", guests, name),
            .full = strtoul(full, NULL, 10),
            .quick = strtoul(quick, NULL, 10),
        };
    }
}

bool suite_read(struct suite *s, struct arena *a, const char *guests, const char *filter,
                bool quick, struct err *e)
{
    enum { MOST_PATTERNS = 64 };
    char *pattern[MOST_PATTERNS + 1] = { NULL }, *next = NULL;
    char *list = suite_text(a, "%s", filter ? filter : "int,fp");
    bool used[MOST_PATTERNS] = { false };
    size_t n = 0;
    for (char *p = strtok_r(list, ",", &next); p && n < MOST_PATTERNS;
         p = strtok_r(NULL, ",", &next))
        pattern[n++] = p;

    const char *path = suite_text(a, "%s/programs.txt", guests);
    FILE *f = fopen(path, "r");
    if (!f && err_is_host(errno))
        return err_system(e, errno, "%s", path);
    if (!f)
        return err_set(
            e, "%s: %s (bench/guest/build of the sources makes it, --guests DIR says where)", path,
            strerror(errno));
    *s = (struct suite){ ARENA_ARRAY(a, MOST_PROGRAMS, struct suite_program), 0 };
    read_rows(s, a, f, guests, pattern, used, quick && !filter ? QUICK_EVERY : 1);
    bool read = !ferror(f) || err_system(e, errno, "%s", path);
    fclose(f);
    if (!read)
        return false;
    for (size_t k = 0; filter && k < n; k++)
        if (!used[k])
            return err_set(e, "no program or group '%s' in %s", pattern[k], path);
    for (size_t k = 0; k < s->count; k++)
        if (access(s->at[k].path, X_OK) != 0)
            return err_set(
                e, "%s: %s (bench/guest/build of the sources makes it, --guests DIR says where)",
                s->at[k].path, strerror(errno));
    return s->count || err_set(e, "no program to measure in %s", path);
}
