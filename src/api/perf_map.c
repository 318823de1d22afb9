// --perf-map: the names perf gives generated code, by the guest's functions.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/images.h"
#include "exec/jit/jit.h"

struct map {
    struct images *images;
    FILE *f;
};

static void write_block(void *ctx, const void *code, u64 bytes, vaddr pc)
{
    struct map *m = ctx;
    const struct image *s = images_at(m->images, pc);
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
    struct map m = { images_new(s), s->perf_map };
    if (s->machine.jit)
        jit_each_block(s->machine.jit, write_block, &m);
    fclose(m.f);
    s->perf_map = NULL;
    images_free(m.images);
}
