#include "guest/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/process/hostsig.h"
#include "guest/linux.h"
#include "guest/process/program.h"
#include "guest/process/refusal.h"
#include "guest/process/stack.h"
#include "guest/process/timers.h"

enum {
    GUEST_PID = 1000,             // fixed, so that two runs are alike
    STACK_GAP = 4 << 20,          // kept free below the stack: 256 pages, as Linux
    EXIT_BAD_INPUT = 65,
    EXIT_NO_INPUT = 66,
    EXIT_OURS = 70,
};

static const u64 NO_LIMIT = UINT64_MAX;

// splitmix64 (Steele, Lea, Flood 2014).
static u64 next_random(struct process *p)
{
    u64 z = p->random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void process_random(struct process *p, void *to, size_t len)
{
    pthread_mutex_lock(&p->lock);
    for (size_t done = 0; done < len; done += 8) {
        u64 x = next_random(p);
        memcpy((u8 *)to + done, &x, len - done < 8 ? len - done : 8);
    }
    pthread_mutex_unlock(&p->lock);
}

// What a login shell has; descriptors are bounded by our table.
static void set_limits(struct process *p)
{
    for (int i = 0; i < GUEST_RLIMITS; i++)
        p->rlimits[i] = (struct guest_rlimit){ NO_LIMIT, NO_LIMIT };
    p->rlimits[RLIMIT_STACK].soft = GUEST_STACK;
    p->rlimits[RLIMIT_CORE].soft = 0;
    p->rlimits[RLIMIT_NOFILE] = (struct guest_rlimit){ GUEST_FDS, GUEST_FDS };
    u64 processes = bounds_processes(p->space->bounds);
    p->rlimits[RLIMIT_NPROC] = (struct guest_rlimit){ processes, processes };
    p->rlimits[RLIMIT_MEMLOCK] = (struct guest_rlimit){ 8 << 20, 8 << 20 };
    p->rlimits[RLIMIT_SIGPENDING] = (struct guest_rlimit){ GUEST_QUEUE, GUEST_QUEUE };
    p->rlimits[RLIMIT_MSGQUEUE] = (struct guest_rlimit){ 819200, 819200 };
    p->rlimits[RLIMIT_NICE] = p->rlimits[RLIMIT_RTPRIO] = (struct guest_rlimit){ 0, 0 };
}

// From the top of the window: a free page, the page signal handlers return to, a free
// page, the stack, a gap; mappings come below.
static bool make_stack(struct process *p, struct err *e)
{
    // mov x8, #139 (rt_sigreturn); svc #0
    static const u32 trampoline[2] = { 0xd2801168, 0xd4000001 };
    struct space *s = p->space;
    u32 flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    u32 prot = SPACE_READ | SPACE_WRITE | (p->image.exec_stack ? SPACE_EXEC : 0);
    p->sigreturn = s->size - 2 * GUEST_PAGE;
    p->stack_top = p->sigreturn - GUEST_PAGE;
    p->stack_base = p->stack_top - GUEST_STACK;
    s->map_top = p->stack_base - STACK_GAP;
    u32 code = SPACE_READ | SPACE_EXEC;
    if (space_map(s, p->stack_base, GUEST_STACK, prot, flags, -1, 0, "[stack]") < 0 ||
        space_map(s, p->sigreturn, GUEST_PAGE, code, flags, -1, 0, "[sigpage]") < 0 ||
        space_poke(s, p->sigreturn, trampoline, sizeof(trampoline)))
        return err_set(e, "%s: no room for the stack", p->options.path);
    return true;
}

bool process_start(struct process *p, struct thread *t, struct err *e)
{
    if (!make_stack(p, e) || !stack_build(p, &t->cpu.x[REG_SP], e))
        return false;
    space_brk_init(p->space, p->image.brk);
    t->cpu.pc = p->start;
    cpu_set_nzcv(&t->cpu, 0);
    process_random(p, t->cpu.pac_key, sizeof(t->cpu.pac_key));
    return true;
}

void process_set_name(struct process *p, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t n = strnlen(name, sizeof(p->name) - 1);
    memset(p->name, 0, sizeof(p->name));
    memcpy(p->name, name, n);
}

// The standard descriptors, and the working folder, which may be gone.
static bool open_files(struct process *p)
{
    int cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (cwd < 0 && err_is_host(errno))
        return false;
    p->cwd = cwd < 0 ? NULL : file_new(cwd);
    return fds_open_standard(p);
}

// Everything but the program. The host must not die of a pipe the guest writes to,
// nor of a file that grows beyond a limit.
static struct process *create(const struct process_options *o, struct err *e, int *exit_code)
{
    struct space *s = space_new(e);
    *exit_code = s ? EXIT_NO_INPUT : EXIT_OURS;
    if (!s)
        return NULL;
    struct view *view = view_new(&o->files, e);
    if (!view) {
        if (e->kind == ERR_HOST)
            *exit_code = EXIT_OURS;
        space_free(s);
        return NULL;
    }
    struct process *p = calloc(1, sizeof(*p));
    if (!p)
        out_of_memory();
    p->space = s;
    s->bounds = bounds_new(o->memory, o->processes);
    if (!s->bounds)
        out_of_memory();
    p->view = view;
    p->options = *o;
    p->pid = GUEST_PID;
    p->ppid = GUEST_PID - 1;
    p->group = GUEST_PID;
    p->last_pid = GUEST_PID;
    p->simulation = getpid();
    p->main = calloc(1, sizeof(*p->main));
    if (!p->main)
        out_of_memory();
    p->main->process = p;
    p->main->tid = p->pid;
    p->main->slack = p->main->slack_default = TIMER_SLACK;
    pthread_cond_init(&p->gone, NULL);
    p->policy = o->policy ? o->policy : &sched_host;
    p->cpus = p->policy->cpus();
    p->threads = p->holder = p->main;
    p->thread_count = p->alive = 1;
    p->random_state = o->seed;
    pthread_mutex_init(&p->lock, NULL);
    set_limits(p);
    process_set_name(p, o->path);
    s->map_top = s->size - ((u64)64 << 20);   // until the stack stands
    hostsig_begin(p);
    if (open_files(p))
        return p;
    err_system(e, errno, "the program's first descriptors");
    *exit_code = EXIT_OURS;
    process_free(p);
    return NULL;
}

void process_free(struct process *p)
{
    if (!p)
        return;
    hostsig_free(p);
    timers_free(p);
    for (struct thread *t = p->threads, *next; t; t = next) {   // that did not run to their end
        next = t->next;
        fds_put(t);
        if (t != p->main)
            thread_free(t);
    }
    fds_close_all(p);
    perf_free(p);
    struct bounds *bounds = p->space->bounds;
    space_free(p->space);
    bounds_free(bounds);
    view_free(p->view);
    pthread_mutex_destroy(&p->lock);
    program_free(p->program);
    free(p->arguments);
    free(p->clean_argv);
    free(p->shown);
    thread_free(p->main);
    free(p);
}

// Whether the guest can reach the file `path` names.
static bool reaches(struct process *p, const char *path)
{
    struct guest_path found;
    i64 fd = path_of(p->main, path, PATH_FOLLOW | PATH_QUIET, &found);
    if (!fd)
        fd = path_end(&found, path_open(p->main, &found, O_PATH, 0));
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

// The program of the command line is shown to the guest, when it is not already: `name` is
// then where, if that is not `path`.
static const char *show(struct process *p, const char *path, char name[VIEW_PATH])
{
    char *host = reaches(p, path) ? NULL : realpath(path, NULL);
    bool shown = host && view_add(p->view, path, false);
    bool named = shown && (p->view->rooted || !reaches(p, path)) &&
                 view_guest_path(p->view, host, name, VIEW_PATH);
    free(host);
    return named ? name : path;
}

// The same in a clean environment, where it is the first argument too.
static const char *show_clean(struct process *p, const char *path, char name[VIEW_PATH])
{
    const char *slash = strrchr(path, '/');
    if (snprintf(name, VIEW_PATH, CLEAN_FOLDER "/%s", slash ? slash + 1 : path) >= VIEW_PATH ||
        !view_add_as(p->view, path, name))
        return path;
    p->shown = strdup(name);
    size_t argc = 0;
    while (p->options.argv && p->options.argv[argc])
        argc++;
    p->clean_argv = calloc(argc + 2, sizeof(*p->clean_argv));
    if (!p->shown || !p->clean_argv)
        out_of_memory();
    if (argc)
        memcpy(p->clean_argv, p->options.argv, argc * sizeof(*p->clean_argv));
    p->clean_argv[0] = p->shown;
    p->options.argv = p->clean_argv;
    return name;
}

static bool load_named(struct process *p, const char *path, struct err *e, int *exit_code)
{
    struct program *g;
    char name[VIEW_PATH];
    errno = 0;
    const char *shown = p->options.clean ? show_clean(p, path, name) : show(p, path, name);
    *exit_code = EXIT_OURS;
    if (err_is_host(errno))
        return err_system(e, errno, "%s", path);
    i64 error = program_find(p->main, shown, p->options.argv, PATH_QUIET, &g);
    bool absent = error == -ENOENT || error == -ENOTDIR || error == -EIO;
    *exit_code = err_is_host((int)-error) ? EXIT_OURS : absent ? EXIT_NO_INPUT : EXIT_BAD_INPUT;
    if (error)
        return program_explain(p->main, shown, error, e);
    errno = 0;
    if (program_load(p, p->main, g, e))
        return true;
    if (e->kind == ERR_HOST || err_is_host(errno))
        *exit_code = EXIT_OURS;
    else if (e->kind == ERR_UNREADABLE)
        *exit_code = EXIT_NO_INPUT;
    program_free(g);
    return false;
}

struct process *process_new(const struct process_options *o, struct err *e, int *exit_code)
{
    int unused;
    exit_code = exit_code ? exit_code : &unused;
    struct process *p = create(o, e, exit_code);
    if (!p)
        return NULL;
    if (load_named(p, o->path, e, exit_code)) {
        refusal_begin(p);
        *exit_code = 0;
        return p;
    }
    process_free(p);
    return NULL;
}

struct process *process_new_memory(const struct process_options *o, const void *data, size_t len,
                                   struct err *e)
{
    int unused;
    struct process *p = create(o, e, &unused);
    if (!p)
        return NULL;
    if (!elf_load_memory(p->space, data, len, o->path, ELF_PROGRAM, &p->image, e)) {
        process_free(p);
        return NULL;
    }
    p->start = p->image.entry;
    if (!process_start(p, p->main, e)) {
        process_free(p);
        return NULL;
    }
    strncpy(p->exe, o->path, sizeof(p->exe) - 1);
    return p;
}

int process_status(const struct process *p)
{
    return p->exit_signal ? 128 + p->exit_signal : p->exit_status;
}
