// --perf-map: the names perf gives generated code, by the guest's functions.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/sim.h"
#include "exec/jit/jit.h"

enum { MOST_FILES = 64 };

// The names of one mapped file.
struct source {
    const char *file;   // as the region has it
    struct symbols *names;
    u64 bias;           // what the file's addresses are moved by
};

struct map {
    struct m2sim *sim;
    FILE *f;
    struct source source[MOST_FILES];
    size_t sources;
};

// A region's name is the guest's: the host has the file there, or under the root.
static struct symbols *read_names(const struct m2sim *s, const struct region *r, bool program)
{
    char path[PATH_MAX];
    struct err e;   // without a word: its code has no names then
    struct symbols *n = program ? symbols_read(s->options.program, &e) : NULL;
    if (!n && s->root) {
        snprintf(path, sizeof(path), "%s%s", s->root, r->name);
        n = symbols_read(path, &e);
    }
    struct stat st;
    bool same =
        !r->inode || (stat(r->name, &st) == 0 && st.st_ino == r->inode && st.st_dev == r->dev);
    return n || !same ? n : symbols_read(r->name, &e);
}

static u64 bias_of(const struct process *p, const struct region *r, const struct symbols *n)
{
    if (r->start >= p->image.start && r->start < p->image.end)
        return p->image.base;
    if (!r->file)   // the dynamic linker was copied
        return p->interp_base;
    return r->start - r->offset - (n ? symbols_delta(n, r->offset) : 0);
}

static const struct source *source_of(struct map *m, vaddr pc)
{
    const struct process *p = m->sim->process;
    struct region r;
    if (!space_region_at(p->space, pc, &r) || !r.name || *r.name == '[')
        return NULL;
    for (size_t k = 0; k < m->sources; k++)
        if (!strcmp(m->source[k].file, r.name))
            return &m->source[k];
    if (m->sources == MOST_FILES)
        return NULL;
    struct source *s = &m->source[m->sources++];
    s->file = r.name;
    s->names = read_names(m->sim, &r, p->image.entry >= r.start && p->image.entry < r.end);
    s->bias = bias_of(p, &r, s->names);
    return s;
}

static void write_block(void *ctx, const void *code, u64 bytes, vaddr pc)
{
    struct map *m = ctx;
    const struct source *s = source_of(m, pc);
    const char *name = s && s->names ? symbols_function(s->names, pc - s->bias) : NULL;
    const char *slash = s ? strrchr(s->file, '/') : NULL;
    fprintf(m->f, "%" PRIxPTR " %" PRIx64 " ", (uintptr_t)code, bytes);
    if (name)
        fprintf(m->f, "%s\n", name);
    else
        fprintf(m->f, "%s+0x%" PRIx64 "\n", slash ? slash + 1 : "guest", pc - (s ? s->bias : 0));
}

void api_open_perf_map(struct m2sim *s)
{
    char path[64];
    struct stat st;
    snprintf(s->perf_name, sizeof(s->perf_name), "perf-%d.map", getpid());
    snprintf(path, sizeof(path), "/tmp/%s", s->perf_name);
    unlink(path);   // of a process before, or a link somebody left there
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    s->perf_map = fd < 0 ? NULL : fdopen(fd, "w");
    if (!s->perf_map)
        fprintf(s->options.messages, "m2sim: %s: %s\n", path, strerror(errno));
    else if (!stat("/tmp", &st))
        s->hidden[s->hidden_count++] = (struct view_hidden){ st.st_dev, st.st_ino, s->perf_name };
}

void api_write_perf_map(struct m2sim *s)
{
    struct map m = { .sim = s, .f = s->perf_map };
    if (s->machine.jit)
        jit_each_block(s->machine.jit, write_block, &m);
    fclose(m.f);
    s->perf_map = NULL;
    for (size_t k = 0; k < m.sources; k++)
        symbols_free(m.source[k].names);
}
