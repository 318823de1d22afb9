#include "bench/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/oom.h"

enum { ROOM = 100000 };   // samples; the file takes only what is written

struct probe {
    struct probe_head *head;
    size_t size;
    int fd;
    char preload[4200], variable[64];
    const char *env[3];
};

struct probe *probe_new(const char *object, u32 hz)
{
    if (access(object, R_OK) != 0)
        return NULL;
    struct probe *p = calloc(1, sizeof(*p));
    if (!p)
        out_of_memory();
    u64 room = hz ? ROOM : 0;
    p->size = sizeof(*p->head) + room * sizeof(struct probe_sample);
    p->fd = memfd_create("m2sim-probe", MFD_CLOEXEC);
    p->head = MAP_FAILED;
    if (p->fd >= 0 && ftruncate(p->fd, (off_t)p->size) == 0)
        p->head = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_SHARED, p->fd, 0);
    if (p->head == MAP_FAILED) {
        p->head = NULL;
        probe_free(p);
        return NULL;
    }
    p->head->magic = PROBE_MAGIC;
    p->head->hz = hz;
    p->head->room = room;
    snprintf(p->preload, sizeof(p->preload), "LD_PRELOAD=%s", object);
    snprintf(p->variable, sizeof(p->variable), PROBE_VARIABLE "=%d", p->fd);
    p->env[0] = p->preload;
    p->env[1] = p->variable;
    return p;
}

void probe_free(struct probe *p)
{
    if (!p)
        return;
    if (p->head)
        munmap(p->head, p->size);
    if (p->fd >= 0)
        close(p->fd);
    free(p);
}

const char *const *probe_env(const struct probe *p)
{
    return p->env;
}

int probe_file(const struct probe *p)
{
    return p->fd;
}

const struct probe_head *probe_data(const struct probe *p)
{
    return p->head->ready ? p->head : NULL;
}

void probe_allocations(const struct probe *p, i64 *count, i64 *bytes)
{
    const struct probe_head *h = probe_data(p);
    *count = h ? (i64)h->allocations : -1;
    *bytes = h ? (i64)h->allocated_bytes : -1;
}

const struct probe_module *probe_module_at(const struct probe_head *h, u64 pc)
{
    for (u32 k = 0; k < h->modules && k < PROBE_MODULES; k++)
        if (pc >= h->module[k].low && pc < h->module[k].high)
            return &h->module[k];
    return NULL;
}
