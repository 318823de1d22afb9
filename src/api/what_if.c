// Runs of a program on cores that are better in one thing: child processes of workers.
//
// The workers are forked before a guest begins, since m2sim may execute nothing then, and are no
// children of this process, since those are a guest's to wait for. When this process ends, or frees
// them, the pipe that only it holds is closed; they end, and with them what they run.
#include "api/what_if.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/sim.h"
#include "base/oom.h"
#include "bench/child.h"

enum { DAYS_10 = 864000, MOST_JOBS = 64 };

static const struct whatif nothing = { "none", "as it is", "" };

struct m2sim_what_ifs {
    struct arena *arena;
    struct what_if row[WHAT_IFS];
    char folder[64], self[PATH_MAX];
    const char *model;
    const struct m2sim_options *run;
    const char *const *words;
    const char *in;   // standard input of each, or NULL
    int answers, life;   // the read end of their pipe; the write end of the one that they live by
    bool waited;
};

// What a worker says; less than a pipe takes at once.
struct answer {
    u32 which;
    u64 cycles, instructions;
    char fault[200];
};

// -- Command lines --

static void put_quoted(FILE *f, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=./,:+@%";
    if (*word && strspn(word, plain) == strlen(word)) {
        fprintf(f, " %s", word);
        return;
    }
    fprintf(f, " '");
    for (; *word; word++)
        fputs(*word == '\'' ? "'\\''" : (char[]){ *word, 0 }, f);
    fputc('\'', f);
}

static const char *command_of(struct m2sim_what_ifs *w, const struct what_if *row)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f)
        out_of_memory();
    fprintf(f, "m2sim time");
    for (const char *const *word = w->words; *word; word++)
        put_quoted(f, *word);
    for (size_t k = 0; k < row->set_count; k++)
        fprintf(f, " --set %s", row->sets[k]);
    fprintf(f, " --");
    put_quoted(f, w->run->program);
    for (char *const *word = w->run->argv + 1; w->run->argv[0] && *word; word++)
        put_quoted(f, *word);
    if (fclose(f) != 0)
        out_of_memory();
    char *kept = ARENA_ARRAY(w->arena, size + 1, char);
    memcpy(kept, text, size);
    free(text);
    return kept;
}

// The same as words, with a report to the file `to`.
static char **words_of(struct m2sim_what_ifs *w, const struct what_if *row, const char *to)
{
    size_t n = 0, room = 2 * row->set_count + 16;
    for (const char *const *word = w->words; *word; word++)
        room++;
    for (char *const *word = w->run->argv; *word; word++)
        room++;
    const char **all = ARENA_ARRAY(w->arena, room, const char *);
    const char *const head[] = { w->self, "time", "--json", "--no-host", "-q", "-j1", "-o", to };
    for (size_t k = 0; k < COUNT(head); k++)
        all[n++] = head[k];
    for (const char *const *word = w->words; *word; word++)
        all[n++] = *word;
    for (size_t k = 0; k < row->set_count; k++) {
        all[n++] = "--set";
        all[n++] = row->sets[k];
    }
    all[n++] = "--";
    all[n++] = w->run->program;
    for (char *const *word = w->run->argv + 1; w->run->argv[0] && *word; word++)
        all[n++] = *word;
    return (char **)all;
}

// -- In a worker --

// The last line of a file.
static void last_line(const char *path, char *line, size_t n)
{
    char text[200];
    FILE *f = fopen(path, "r");
    *line = 0;
    while (f && fgets(text, sizeof(text), f)) {
        text[strcspn(text, "\n")] = 0;
        snprintf(line, n, "%s", text);
    }
    if (f)
        fclose(f);
}

static bool read_report(const char *path, struct answer *a)
{
    json_error_t error;
    json_t *report = json_load_file(path, 0, &error);
    json_t *cycles = json_object_get(report, "cycles");
    json_t *instructions = json_object_get(report, "instructions");
    bool whole = json_is_integer(cycles) && json_is_integer(instructions);
    if (whole) {
        a->cycles = (u64)json_integer_value(cycles);
        a->instructions = (u64)json_integer_value(instructions);
    }
    json_decref(report);
    return whole;
}

static struct answer run_one(struct m2sim_what_ifs *w, u32 which)
{
    char report[96], words[96];
    struct answer a = { .which = which };
    struct usage u;
    struct err e = { "" };
    snprintf(report, sizeof(report), "%s/%u.json", w->folder, which);
    snprintf(words, sizeof(words), "%s/%u.txt", w->folder, which);
    struct child c = { .argv = words_of(w, &w->row[which], report),
                       .words = words,
                       .in = w->in,
                       .tied = true,
                       .keep = -1,
                       .seconds = DAYS_10 };
    if (!child_run(&c, &u, &e))
        snprintf(a.fault, sizeof(a.fault), "%.190s", e.text);
    else if (!read_report(report, &a))
        last_line(words, a.fault, sizeof(a.fault));
    if (!a.cycles && !*a.fault)
        snprintf(a.fault, sizeof(a.fault), "no report; its status is %d", u.status);
    unlink(report);
    unlink(words);
    return a;
}

// Ends when nobody holds the other end of `life` any more.
static void live_by(int life)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    fcntl(life, F_SETOWN, getpid());
    fcntl(life, F_SETSIG, SIGTERM);
    fcntl(life, F_SETFL, O_ASYNC | O_NONBLOCK);
    char gone;
    if (read(life, &gone, 1) == 0)
        _exit(0);
}

static _Noreturn void work(struct m2sim_what_ifs *w, unsigned first, unsigned jobs, int life,
                           int answers)
{
    unsigned turn = 0;
    live_by(life);
    for (u32 k = 0; k < WHAT_IFS; k++) {
        if (!w->row[k].row || turn++ % jobs != first)
            continue;
        struct answer a = run_one(w, k);
        if (write(answers, &a, sizeof(a)) != (ssize_t)sizeof(a))
            break;
    }
    _exit(0);
}

// In the process between: forks the workers. The last to end removes the folder.
static _Noreturn void start(struct m2sim_what_ifs *w, unsigned jobs, int life, int answers)
{
    pid_t keeper = fork();
    if (keeper)
        _exit(keeper < 0 ? errno : 0);
    pid_t worker[MOST_JOBS];
    for (unsigned k = 0; k < jobs; k++)
        if ((worker[k] = fork()) == 0)
            work(w, k, jobs, life, answers);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    close(answers);
    close(life);
    for (unsigned k = 0; k < jobs; k++)
        if (worker[k] > 0)
            waitpid(worker[k], NULL, 0);
    char command[96];
    for (u32 k = 0; k < WHAT_IFS; k++) {
        snprintf(command, sizeof(command), "%s/%u.json", w->folder, k);
        unlink(command);
        snprintf(command, sizeof(command), "%s/%u.txt", w->folder, k);
        unlink(command);
    }
    rmdir(w->folder);
    _exit(0);
}

// -- In m2sim --

static bool chosen(const char *names, const char *id)
{
    size_t n = strlen(id);
    if (!names)
        return true;
    for (const char *at = names; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        size_t length = strcspn(at, ",");
        if ((length == n && !strncmp(at, id, n)) || (length == 3 && !strncmp(at, "all", 3)))
            return true;
    }
    return false;
}

static bool choose(struct m2sim_what_ifs *w, const struct m2sim_options *o, const char *names,
                   struct m2sim_error *e)
{
    struct err err = { "" };
    struct config *c = ARENA_NEW(w->arena, struct config);
    if (names && !api_choose_some(M2SIM_WHAT_IFS, names, e))
        return false;
    if (!api_choose_model(w->model, e))
        return false;
    if (!config_load(c, w->arena, o->core ? o->core : "m2-avalanche", o->sets, o->set_count, &err))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    for (u32 k = 0; k < WHATIFS; k++) {
        struct what_if *row = &w->row[k];
        if (!chosen(names, whatif_rows[k].id))
            continue;
        row->row = &whatif_rows[k];
        row->set_count = whatif_sets(row->row, c, w->model, w->arena, row->sets);
        row->command = command_of(w, row);
        w->row[WHAT_IF_NOTHING].row = &nothing;
    }
    w->row[WHAT_IF_NOTHING].command = command_of(w, &w->row[WHAT_IF_NOTHING]);
    return true;
}

static bool begin(struct m2sim_what_ifs *w, unsigned jobs, struct m2sim_error *e)
{
    int answers[2] = { -1, -1 }, life[2] = { -1, -1 }, status = 0;
    const char *tmp = getenv("TMPDIR");
    struct stat st;
    ssize_t n = readlink("/proc/self/exe", w->self, sizeof(w->self) - 1);
    snprintf(w->folder, sizeof(w->folder), "%.40s/m2sim-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (n < 0 || !mkdtemp(w->folder))
        return api_fail(e, M2SIM_EXIT_INTERNAL, "%s: %s", w->folder, strerror(errno));
    if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
        w->in = "/proc/self/fd/0";
    pid_t pid = -1;
    if (pipe2(answers, O_CLOEXEC) == 0 && pipe2(life, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0) {
        close(answers[0]);
        close(life[1]);
        start(w, jobs, life[0], answers[1]);
    }
    int error = errno;
    w->answers = answers[0];
    w->life = life[1];
    if (answers[1] >= 0)
        close(answers[1]);
    if (life[0] >= 0)
        close(life[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (pid > 0 && WIFEXITED(status) && !WEXITSTATUS(status))
        return true;
    rmdir(w->folder);
    return api_fail(e, M2SIM_EXIT_INTERNAL, "what-ifs cannot be started: %s",
                    strerror(pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : error));
}

struct m2sim_what_ifs *m2sim_what_ifs_begin(const struct m2sim_options *o, const char *names,
                                            const char *const *words, unsigned jobs,
                                            struct m2sim_error *e)
{
    struct m2sim_what_ifs *w = calloc(1, sizeof(*w));
    if (!w)
        out_of_memory();
    w->arena = arena_new();
    w->run = o;
    w->words = words;
    w->model = o->model ? o->model : "fast";
    w->answers = w->life = -1;
    u32 wanted = 0;
    bool ok = choose(w, o, names, e);
    for (u32 k = 0; k < WHAT_IFS; k++)
        wanted += w->row[k].row != NULL;
    jobs = jobs ? jobs : 2;
    jobs = jobs < MOST_JOBS ? jobs : MOST_JOBS;
    if (ok && (!wanted || begin(w, jobs < wanted ? jobs : wanted, e)))
        return w;
    m2sim_what_ifs_free(w);
    return NULL;
}

void m2sim_what_ifs_free(struct m2sim_what_ifs *w)
{
    if (!w)
        return;
    if (w->answers >= 0)
        close(w->answers);
    if (w->life >= 0)
        close(w->life);
    arena_free(w->arena);
    free(w);
}

const struct what_if *what_ifs_wait(struct m2sim_what_ifs *w)
{
    struct answer a;
    ssize_t n = 0;
    while (!w->waited && w->answers >= 0 &&
           ((n = read(w->answers, &a, sizeof(a))) == (ssize_t)sizeof(a) ||
            (n < 0 && errno == EINTR))) {
        if (n < 0)
            continue;
        struct what_if *row = &w->row[a.which < WHAT_IFS ? a.which : 0];
        row->cycles = a.cycles;
        row->instructions = a.instructions;
        snprintf(row->fault, sizeof(row->fault), "%s", a.fault);
    }
    w->waited = true;
    for (u32 k = 0; k < WHAT_IFS; k++)
        if (w->row[k].row && !w->row[k].cycles && !*w->row[k].fault)
            snprintf(w->row[k].fault, sizeof(w->row[k].fault), "was ended");
    return w->row;
}
