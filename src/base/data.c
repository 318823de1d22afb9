#include "base/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/data_path.h"

enum { LEVELS = 5 };   // a test lies four folders deep in a checkout: build/tests/unit/NAME

static void add(char folder[DATA_FOLDERS][PATH_MAX], size_t *n, const char *path, const char *below)
{
    snprintf(folder[(*n)++], PATH_MAX, "%.*s%s", PATH_MAX - 32, path, below);
}

size_t data_folders(char folder[DATA_FOLDERS][PATH_MAX])
{
    char at[PATH_MAX];
    size_t n = 0;
    const char *named = getenv("M2SIM_DATA");
    if (named && *named)
        add(folder, &n, named, "");
    ssize_t len = readlink("/proc/self/exe", at, sizeof(at) - 1);
    at[len < 0 ? 0 : len] = 0;
    char *slash = strrchr(at, '/');
    for (int level = 0; level < LEVELS && slash; level++) {
        *slash = 0;
        if (level == 0)
            add(folder, &n, at, "/../share/m2sim");
        add(folder, &n, at, "");
        slash = strrchr(at, '/');
    }
    add(folder, &n, DATA_INSTALLED, "");
    return n;
}

bool data_find(char path[PATH_MAX], const char *below)
{
    char folder[DATA_FOLDERS][PATH_MAX];
    size_t n = data_folders(folder);
    for (size_t k = 0; k < n; k++)
        if (snprintf(path, PATH_MAX, "%s/%s", folder[k], below) < PATH_MAX &&
            access(path, R_OK) == 0)
            return true;
    snprintf(path, PATH_MAX, "%s", below);
    return false;
}
