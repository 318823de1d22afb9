// perf_event_open: counters of the simulated core, read as a program reads them on Linux.
//
// Counting only: no sampling, so that a mapped buffer stays empty. A counter is known by the inode
// of a memory file of the host, so that dup, fcntl, fork and close need not know of it;
// the descriptor is O_PATH, for which the host refuses all else. What a guest maps of a counter is
// that file, whose first page says that counters cannot be read from user mode. Counts are those of the
// process: an event that asks for a thread, for the kernel too or for children gets what
// the process does in user mode. In a forked child they stand still (and it keeps what is mapped,
// which Linux takes from it).
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/linux.h"

enum {
    EVENTS = 256,   // open at once
    KNOWN_FORMAT = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING |
                   PERF_FORMAT_ID | PERF_FORMAT_GROUP | (1 << 4),   // PERF_FORMAT_LOST
    FORMAT_LOST = 1 << 4,
    IOCTL_ENABLE = 0x2400,
    IOCTL_DISABLE = 0x2401,
    IOCTL_REFRESH = 0x2402,
    IOCTL_RESET = 0x2403,
    // Of a buffer. Linux lets a user lock half a megabyte a processor and RLIMIT_MEMLOCK, 8 MiB.
    MOST_PAGES = (12 << 20) / GUEST_PAGE,
};

static const u32 IOCTL_ID = 0x80082407;

enum source { NOTHING, CLOCK, COUNTER };

struct event {
    u64 inode, dev;   // inode 0: a free place
    u64 id;
    enum source source;
    u32 number;   // Arm's, of a COUNTER
    u64 format;
    struct event *leader;   // itself when it is one
    bool enabled;
    bool counts;   // it and its leader are enabled
    u64 value, base;   // counted up to when the source showed base
    u64 time, time_base;   // ns, the same
    struct perf_event_mmap_page *page;   // what the guest has mapped, or NULL
    u64 pages;   // of the buffer behind it
};

struct perf {
    pthread_mutex_t lock;
    u64 last_id;
    struct event event[EVENTS];
};

// -- Sources --

static u64 clock_now(struct process *p)
{
    return process_now(p, CLOCK_PROCESS_CPUTIME_ID);
}

static bool counter(struct process *p, u32 number, u64 *value)
{
    const struct process_options *o = &p->options;
    return o->counter && o->counter(o->counter_ctx, number, value);
}

static u64 show(struct process *p, const struct event *e)
{
    u64 v = 0;
    if (e->source == CLOCK)
        v = clock_now(p);
    else if (e->source == COUNTER)
        counter(p, e->number, &v);
    return v;
}

// The event of `config`, or -1.
static i64 hardware(u64 config)
{
    switch (config) {
#define HARDWARE(name, number) case PERF_COUNT_HW_##name: return number;
#include "guest/linux/perf.def"
#undef HARDWARE
    default: return -1;
    }
}

static i64 cache(u64 config)
{
    switch (config) {
#define CACHE(name, op, result, number)                                                            \
    case PERF_COUNT_HW_CACHE_##name | PERF_COUNT_HW_CACHE_OP_##op << 8 |                           \
        PERF_COUNT_HW_CACHE_RESULT_##result << 16: return number;
#include "guest/linux/perf.def"
#undef CACHE
    default: return -1;
    }
}

static i64 find_source(struct process *p, const struct perf_event_attr *attr, struct event *e)
{
    i64 number = -1;
    u64 value;
    switch (attr->type) {
    case PERF_TYPE_HARDWARE: number = hardware(attr->config); break;
    case PERF_TYPE_HW_CACHE: number = cache(attr->config); break;
    case PERF_TYPE_RAW: number = attr->config < 0x10000 ? (i64)attr->config : -1; break;
    case PERF_TYPE_SOFTWARE:
        e->source =
            attr->config == PERF_COUNT_SW_CPU_CLOCK || attr->config == PERF_COUNT_SW_TASK_CLOCK
                ? CLOCK
                : NOTHING;
        // Threads never leave the simulated core, and what they fault in is not told.
        return e->source == CLOCK || attr->config == PERF_COUNT_SW_CONTEXT_SWITCHES ||
                       attr->config == PERF_COUNT_SW_CPU_MIGRATIONS ||
                       attr->config == PERF_COUNT_SW_DUMMY
                   ? 0
                   : -ENOENT;
    default: return -ENOENT;
    }
    if (number < 0 || !counter(p, (u32)number, &value))
        return -ENOENT;
    e->source = attr->exclude_user ? NOTHING : COUNTER;
    e->number = (u32)number;
    return 0;
}

// -- Counting --

// Shows the count in the page the guest has mapped, between two odd steps of its lock as Linux does.
// The guest may write there what it likes: nothing is read back.
static void show_page(const struct event *e)
{
    struct perf_event_mmap_page *page = e->page;
    if (!page)
        return;
    __atomic_fetch_add(&page->lock, 1, __ATOMIC_SEQ_CST);
    page->index = 0;   // there is no register to read: read(2) it is
    page->offset = (i64)e->value;
    page->time_enabled = page->time_running = e->time;
    __atomic_fetch_add(&page->lock, 1, __ATOMIC_SEQ_CST);
}

static void forget_page(struct event *e)
{
    if (e->page)
        munmap(e->page, GUEST_PAGE);
    e->page = NULL;
}

// Brings the count of `e` up to now.
static void settle(struct process *p, struct event *e)
{
    if (!e->counts)
        return;
    u64 now = show(p, e), time = clock_now(p);
    e->value += now - e->base;
    e->time += time - e->time_base;
    e->base = now;
    e->time_base = time;
    show_page(e);
}

// Begins or stops as `e` and its leader say.
static void update(struct process *p, struct event *e)
{
    settle(p, e);
    bool counts = e->enabled && e->leader->enabled;
    if (counts && !e->counts) {
        e->base = show(p, e);
        e->time_base = clock_now(p);
    }
    e->counts = counts;
}

enum what { ENABLE, DISABLE, RESET };

static void change(struct process *p, struct event *e, enum what what)
{
    settle(p, e);
    if (what == RESET) {
        e->value = 0;
        show_page(e);
    } else
        e->enabled = what == ENABLE;
}

static void control(struct process *p, struct event *e, enum what what, bool group)
{
    struct perf *all = p->perf;
    for (struct event *k = all->event; k < all->event + EVENTS; k++)
        if (k->inode && (k == e || (group && k->leader == e->leader)))
            change(p, k, what);
    for (struct event *k = all->event; k < all->event + EVENTS; k++)
        if (k->inode && k->leader == e->leader)
            update(p, k);
}

// -- Descriptors --

static struct event *find(struct process *p, int host)
{
    struct stat st;
    if (fstat(host, &st))
        return NULL;
    for (struct event *e = p->perf->event; e < p->perf->event + EVENTS; e++)
        if (e->inode && e->inode == st.st_ino && e->dev == st.st_dev)
            return e;
    return NULL;
}

// Frees the places of events that no descriptor names any more.
static void sweep(struct process *p)
{
    bool open[EVENTS] = { false };
    struct event *first = p->perf->event;
    for (int fd = 0; fd < GUEST_FDS; fd++) {
        struct event *e = p->fds[fd].file ? find(p, p->fds[fd].file->host) : NULL;
        if (e)
            open[e - first] = open[e->leader - first] = true;
    }
    for (int k = 0; k < EVENTS; k++)
        if (!open[k]) {
            forget_page(&first[k]);
            first[k].inode = 0;
        }
}

static struct event *free_place(struct process *p)
{
    for (int turn = 0; turn < 2; turn++) {
        for (struct event *e = p->perf->event; e < p->perf->event + EVENTS; e++)
            if (!e->inode)
                return e;
        sweep(p);
    }
    return NULL;
}

// Opens the file of a descriptor once more.
static i64 open_again(int host, int flags)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", host);
    return host_result(open(path, flags | O_CLOEXEC));
}

static i64 new_file(struct event *e)
{
    struct stat st;
    int file = memfd_create("perf", MFD_CLOEXEC);
    if (file < 0)
        return -errno;
    i64 host = fstat(file, &st) ? -errno : open_again(file, O_PATH);
    close(file);
    e->inode = st.st_ino;
    e->dev = st.st_dev;
    return host;
}

// -- Opening --

// As Linux: of any size from the first version's up, with zeroes in what is not known.
static i64 get_attr(struct thread *t, vaddr a, struct perf_event_attr *attr)
{
    struct space *s = t->process->space;
    u32 size, known = sizeof(*attr);
    memset(attr, 0, sizeof(*attr));
    if (space_read(s, &size, a + offsetof(struct perf_event_attr, size), sizeof(size)))
        return -EFAULT;
    size = size ? size : PERF_ATTR_SIZE_VER0;
    if (size < PERF_ATTR_SIZE_VER0 || size > 4096) {
        space_write(s, a + offsetof(struct perf_event_attr, size), &known, sizeof(known));
        return -E2BIG;
    }
    if (space_read(s, attr, a, size < known ? size : known))
        return -EFAULT;
    for (u32 k = known; k < size; k++) {
        u8 byte;
        if (space_read(s, &byte, a + k, 1))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

static i64 check(struct thread *t, const struct perf_event_attr *attr, const u64 a[6])
{
    i32 pid = (i32)a[1], cpu = (i32)a[2];
    if (a[4] & ~(u64)(PERF_FLAG_FD_NO_GROUP | PERF_FLAG_FD_CLOEXEC))
        return -EINVAL;
    if (attr->read_format & ~(u64)KNOWN_FORMAT || cpu < -1)
        return -EINVAL;
    if (attr->sample_period || attr->freq)   // the union holds a frequency too
        return -EOPNOTSUPP;
    if (pid == -1)
        return cpu == -1 ? -EINVAL : -EACCES;   // whole processors are not ours to watch
    return pid == 0 || pid == t->process->pid || pid == t->tid ? 0 : -ESRCH;
}

static i64 open_locked(struct thread *t, const struct perf_event_attr *attr, const u64 a[6])
{
    struct process *p = t->process;
    struct event new = { .format = attr->read_format, .enabled = !attr->disabled }, *e;
    i64 failed = find_source(p, attr, &new);
    if (failed)
        return failed;
    struct event *leader = NULL;
    if ((i32)a[3] != -1) {
        int host = fd_get(t, a[3]);
        leader = host < 0 ? NULL : find(p, host);
        if (!leader)
            return -EBADF;
        if (leader->leader != leader)
            return -EINVAL;
    }
    if (!(e = free_place(p)))
        return -EMFILE;
    i64 host = new_file(&new);
    if (host < 0)
        return host;
    new.id = ++p->perf->last_id;
    new.leader = leader && !(a[4] & PERF_FLAG_FD_NO_GROUP) ? leader : e;
    *e = new;
    update(p, e);
    i64 fd = fd_new(p, host, a[4] & PERF_FLAG_FD_CLOEXEC, 0);
    if (fd < 0)
        e->inode = 0;
    return fd;
}

i64 sys_perf_event_open(struct thread *t, const u64 a[6])
{
    struct process *p = t->process;
    struct perf_event_attr attr;
    i64 failed = get_attr(t, a[0], &attr);
    if (failed || (failed = check(t, &attr, a)))
        return failed;
    pthread_mutex_lock(&p->lock);
    if (!p->perf) {
        p->perf = calloc(1, sizeof(*p->perf));
        if (p->perf)
            pthread_mutex_init(&p->perf->lock, NULL);
    }
    pthread_mutex_unlock(&p->lock);
    if (!p->perf)
        return -ENOMEM;
    pthread_mutex_lock(&p->perf->lock);
    i64 fd = open_locked(t, &attr, a);
    pthread_mutex_unlock(&p->perf->lock);
    return fd;
}

void perf_free(struct process *p)
{
    for (int k = 0; p->perf && k < EVENTS; k++)
        forget_page(&p->perf->event[k]);
    if (p->perf)
        pthread_mutex_destroy(&p->perf->lock);
    free(p->perf);
}

// -- Use --

static u64 *put_value(const struct event *e, u64 format, u64 *at)
{
    *at++ = e->value;
    if (format & PERF_FORMAT_ID)
        *at++ = e->id;
    if (format & FORMAT_LOST)
        *at++ = 0;
    return at;
}

static u64 *put_times(const struct event *e, u64 format, u64 *at)
{
    if (format & PERF_FORMAT_TOTAL_TIME_ENABLED)
        *at++ = e->time;
    if (format & PERF_FORMAT_TOTAL_TIME_RUNNING)
        *at++ = e->time;   // there is room for all: they run whenever they are enabled
    return at;
}

static u64 *put(struct process *p, struct event *e, u64 *at)
{
    u64 format = e->format, *count = at;
    if (!(format & PERF_FORMAT_GROUP)) {
        settle(p, e);
        u64 *value = at;
        at = put_times(e, format, at + 1);
        u64 rest[3], *end = put_value(e, format, rest);
        *value = rest[0];
        memcpy(at, rest + 1, (size_t)(end - rest - 1) * sizeof(u64));
        return at + (end - rest - 1);
    }
    struct event *leader = e->leader;
    settle(p, leader);
    at = put_times(leader, format, at + 1);
    at = put_value(leader, format, at);
    *count = 1;
    for (struct event *k = p->perf->event; k < p->perf->event + EVENTS; k++)
        if (k->inode && k->leader == leader && k != leader) {
            settle(p, k);
            at = put_value(k, format, at);
            ++*count;
        }
    return at;
}

bool perf_read(struct thread *t, int host, vaddr to, u64 size, i64 *result)
{
    struct process *p = t->process;
    if (!p->perf)
        return false;
    pthread_mutex_lock(&p->perf->lock);
    struct event *e = find(p, host);
    if (e) {
        u64 words[3 + 3 * EVENTS];
        u64 bytes = (u64)(put(p, e, words) - words) * sizeof(u64);
        *result = size < bytes ? -ENOSPC : space_write(p->space, to, words, bytes);
        if (!*result)
            *result = (i64)bytes;
    }
    pthread_mutex_unlock(&p->perf->lock);
    return e != NULL;
}

static i64 command(struct thread *t, struct event *e, u32 request, u64 arg)
{
    bool group = arg & PERF_IOC_FLAG_GROUP;
    switch (request) {
    case IOCTL_ENABLE: control(t->process, e, ENABLE, group); return 0;
    case IOCTL_DISABLE: control(t->process, e, DISABLE, group); return 0;
    case IOCTL_RESET: control(t->process, e, RESET, group); return 0;
    case IOCTL_REFRESH: return -EINVAL;   // it is for sampling
    default:
        return request == IOCTL_ID ? space_write(t->process->space, arg, &e->id, sizeof(e->id))
                                   : -ENOTTY;
    }
}

bool perf_ioctl(struct thread *t, int host, u32 request, u64 arg, i64 *result)
{
    struct process *p = t->process;
    if (!p->perf)
        return false;
    pthread_mutex_lock(&p->perf->lock);
    struct event *e = find(p, host);
    if (e)
        *result = command(t, e, request, arg);
    pthread_mutex_unlock(&p->perf->lock);
    return e != NULL;
}

// -- Mapping --

static bool is_mapped(struct space *s, const struct event *e)
{
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (size_t k = 0; k < s->count; k++)
        found |= s->regions[k].inode == e->inode && s->regions[k].dev == e->dev;
    pthread_mutex_unlock(&s->lock);
    return found;
}

// Makes the file one page and the buffer long, and writes what the page always says.
static i64 make_page(struct event *e, int file, u64 pages)
{
    forget_page(e);
    if (ftruncate(file, 0) || ftruncate(file, (i64)((1 + pages) * GUEST_PAGE)))
        return -errno;
    void *page = mmap(NULL, GUEST_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED)
        return -errno;
    e->page = page;
    e->pages = pages;
    // Linux leaves both versions zero, and says so of the bit that had two meanings.
    e->page->cap_bit0_is_deprecated = 1;
    e->page->size = offsetof(struct perf_event_mmap_page, __reserved);
    e->page->data_offset = GUEST_PAGE;
    e->page->data_size = pages * GUEST_PAGE;
    return 0;
}

// The checks of Linux' perf_mmap, in its order.
static i64 check_map(struct space *s, const struct event *e, const u64 a[6])
{
    u64 pages = (a[1] + GUEST_PAGE - 1) / GUEST_PAGE - 1;
    u32 type = (u32)a[3] & MAP_TYPE;
    if (!a[1] || a[5] % GUEST_PAGE)
        return -EINVAL;
    if (a[1] > s->size)
        return -ENOMEM;
    if (type != MAP_SHARED && type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (a[5] || pages & (pages - 1))   // what lies behind the buffer is of processors with a trace
        return -EINVAL;
    if (e->page && is_mapped(s, e))
        return e->pages == pages ? 0 : -EINVAL;
    return pages > MOST_PAGES ? -EPERM : 0;
}

static i64 map(struct thread *t, struct event *e, int host, const u64 a[6])
{
    struct space *s = t->process->space;
    i64 failed = check_map(s, e, a);
    if (failed)
        return failed;
    i64 file = open_again(host, O_RDWR);
    if (file < 0)
        return -ENOMEM;
    if (!e->page || !is_mapped(s, e))
        failed = make_page(e, (int)file, (a[1] + GUEST_PAGE - 1) / GUEST_PAGE - 1);
    settle(t->process, e);
    show_page(e);
    i64 result = failed ? failed
                        : space_map(s, a[0], a[1], (u32)a[2], (u32)a[3], (int)file, 0,
                                    "anon_inode:[perf_event]");
    close((int)file);
    return result;
}

bool perf_mmap(struct thread *t, int host, const u64 a[6], i64 *result)
{
    struct process *p = t->process;
    if (!p->perf)
        return false;
    pthread_mutex_lock(&p->perf->lock);
    struct event *e = find(p, host);
    if (e)
        *result = map(t, e, host, a);
    pthread_mutex_unlock(&p->perf->lock);
    return e != NULL;
}
