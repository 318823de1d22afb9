#include "api/images.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/oom.h"

enum { MOST_IMAGES = 256, RECENT = 64 };

// Addresses that lie in a file.
struct stretch {
    vaddr start, end;
    u32 image;
};

struct images {
    const struct m2sim *sim;
    struct image image[MOST_IMAGES];
    size_t count;
    struct stretch stretch[2 * MOST_IMAGES];
    size_t stretches;
    struct stretch none[RECENT];   // that lie in none
    u32 next;
};

struct images *images_new(const struct m2sim *s)
{
    struct images *i = calloc(1, sizeof(*i));
    if (!i)
        out_of_memory();
    i->sim = s;
    return i;
}

void images_free(struct images *i)
{
    if (!i)
        return;
    for (size_t k = 0; k < i->count; k++) {
        symbols_free(i->image[k].names);
        free((char *)i->image[k].host);
        free((char *)i->image[k].file);
    }
    free(i);
}

static char *copy(const char *text)
{
    char *c = strdup(text);
    if (!c)
        out_of_memory();
    return c;
}

// The names of a region's file, and where it is. Its name is the guest's: the host has the file there,
// or under the root.
static struct symbols *read_names(const struct m2sim *s, const struct region *r, bool program,
                                  const char **host)
{
    char path[PATH_MAX];
    struct err e;   // without a word: its code has no names then
    struct symbols *n = program ? symbols_read(s->options.program, &e) : NULL;
    if (n)
        *host = copy(s->options.program);
    if (!n && s->root) {
        snprintf(path, sizeof(path), "%s%s", s->root, r->name);
        if ((n = symbols_read(path, &e)))
            *host = copy(path);
    }
    struct stat st;
    bool same =
        !r->inode || (stat(r->name, &st) == 0 && st.st_ino == r->inode && st.st_dev == r->dev);
    if (!n && same && (n = symbols_read(r->name, &e)))
        *host = copy(r->name);
    return n;
}

static u64 bias_of(const struct process *p, const struct region *r, const struct symbols *n)
{
    if (r->start >= p->image.start && r->start < p->image.end)
        return p->image.base;
    if (!r->file)   // the dynamic linker was copied
        return p->interp_base;
    return r->start - r->offset - (n ? symbols_delta(n, r->offset) : 0);
}

// The image of a region; one more when it is new.
static size_t image_of(struct images *i, const struct region *r)
{
    const struct process *p = i->sim->process;
    for (size_t k = 0; k < i->count; k++)
        if (!strcmp(i->image[k].file, r->name) &&
            i->image[k].bias == bias_of(p, r, i->image[k].names))
            return k;
    if (i->count == MOST_IMAGES)
        return MOST_IMAGES;
    struct image *m = &i->image[i->count];
    m->file = copy(r->name);
    m->names =
        read_names(i->sim, r, p->image.entry >= r->start && p->image.entry < r->end, &m->host);
    m->bias = bias_of(p, r, m->names);
    return i->count++;
}

const struct image *images_at(struct images *i, vaddr pc)
{
    struct region r;
    for (size_t k = 0; k < i->stretches; k++)
        if (pc >= i->stretch[k].start && pc < i->stretch[k].end)
            return &i->image[i->stretch[k].image];
    for (size_t k = 0; k < RECENT; k++)
        if (pc >= i->none[k].start && pc < i->none[k].end)
            return NULL;
    if (!space_region_at(i->sim->process->space, pc, &r))
        return NULL;
    bool named = r.name && *r.name != '[';
    size_t which = named && i->stretches < 2 * MOST_IMAGES ? image_of(i, &r) : MOST_IMAGES;
    if (which == MOST_IMAGES) {
        i->none[i->next++ % RECENT] = (struct stretch){ r.start, r.end, 0 };
        return NULL;
    }
    i->stretch[i->stretches++] = (struct stretch){ r.start, r.end, (u32)which };
    return &i->image[which];
}

bool images_function(struct images *i, vaddr pc, vaddr *start, vaddr *end, const char **name)
{
    const struct image *m = images_at(i, pc);
    u64 from, to;
    *name = m && m->names ? symbols_function_at(m->names, pc - m->bias, &from, &to) : NULL;
    if (!*name)
        return false;
    *start = from + m->bias;
    *end = to == UINT64_MAX ? UINT64_MAX : to + m->bias;
    return true;
}
