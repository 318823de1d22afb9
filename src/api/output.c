// What a run writes: a file, or a folder of files.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"

#include "api/output.h"

static bool fail(struct m2sim_error *e, const struct err *why)
{
    return api_fail(e, M2SIM_EXIT_OUTPUT, "%s", why->text);
}

static bool fail_at(struct m2sim_error *e, const char *path)
{
    return api_fail(e, M2SIM_EXIT_OUTPUT, "%.400s: %s", path, strerror(errno));
}

static struct m2sim_output *make(const char *path)
{
    struct m2sim_output *o = calloc(1, sizeof(*o));
    if (!o || !(o->path = strdup(path)))
        out_of_memory();
    o->folder = -1;
    return o;
}

struct m2sim_output *m2sim_output_open(const char *path, struct m2sim_error *e)
{
    struct err err = { "" };
    struct m2sim_output *o = make(path);
    o->file = output_open(path, &err);
    if (o->file)
        return o;
    fail(e, &err);
    m2sim_output_drop(o);
    return NULL;
}

static bool hold(struct m2sim_output *o)
{
    for (int fd; o->held_count < OUTPUT_HELD; o->held[o->held_count++] = fd)
        if ((fd = fcntl(o->folder, F_DUPFD_CLOEXEC, 0)) < 0)
            return false;
    return true;
}

void m2sim_output_release(struct m2sim_output *o)
{
    while (o->held_count)
        close(o->held[--o->held_count]);
}

struct m2sim_output *m2sim_output_folder(const char *path, bool strace, struct m2sim_error *e)
{
    struct err err = { "" };
    struct m2sim_output *o = make(path);
    o->mask = umask(0);
    umask(o->mask);
    bool ok = mkdir(path, 0777) == 0 || errno == EEXIST;
    o->folder = ok ? open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    ok = o->folder >= 0 && faccessat(o->folder, ".", W_OK | X_OK, 0) == 0 && hold(o);
    if (ok)
        output_mark(o->folder, o->where);
    ok = ok || fail_at(e, path);
    if (ok && strace && !(o->file = output_in(o->folder, API_STRACE, 0666 & ~o->mask, &err)))
        ok = api_fail(e, M2SIM_EXIT_OUTPUT, "%.200s/%s", path, err.text);
    if (ok)
        return o;
    m2sim_output_drop(o);
    return NULL;
}

FILE *m2sim_output_stream(struct m2sim_output *o)
{
    return o->file ? output_stream(o->file) : NULL;
}

bool m2sim_output_end(struct m2sim_output *o, struct m2sim_error *e)
{
    struct err err = { "" };
    bool ok = !o->file || output_end(o->file, &err) || fail(e, &err);
    o->file = NULL;
    m2sim_output_drop(o);
    return ok;
}

void m2sim_output_drop(struct m2sim_output *o)
{
    if (!o)
        return;
    output_drop(o->file);
    m2sim_output_release(o);
    if (o->folder >= 0)
        close(o->folder);
    free(o->path);
    free(o);
}
