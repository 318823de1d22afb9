// `m2sim run`, `time`, `profile`, `pipeline` and `explain`: they run a guest program; all but run
// report on it.
#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct guest_command {
    struct m2sim_options o;
    const struct cli_line *line;
    const char *output;
    char **env;
    size_t env_count;
    bool json, quiet, strace;
    bool folder;   // output is one
    const char *format;   // of a profile
    bool page;   // the report, or profile, is a page for a browser
    struct m2sim_output *to;
    const char **same;   // of explain: the options that time has too, as words
    struct m2sim_what_ifs *what_ifs;
};

static struct m2sim *volatile running;

static volatile int interrupted_by;

static void end_now(int sig)
{
    _exit(128 + interrupted_by);
}

// The third of SIGINT and SIGTERM ends everything: what has not ended 2 s later, by force.
// While the report is written they change nothing.
static void on_interrupt(int sig, siginfo_t *info, void *context)
{
    int before = errno;
    interrupted_by = sig;
    if (running && m2sim_interrupt(running, info)) {
        struct sigaction sa = { .sa_handler = end_now, .sa_flags = SA_ONSTACK };
        sigaction(SIGALRM, &sa, NULL);
        alarm(2);
    }
    errno = before;
}

// One that was ignored when m2sim started, as SIGINT is in a command that a shell starts with `&`,
// is the guest's alone.
static bool ignored(int sig)
{
    struct sigaction was;
    return !sigaction(sig, NULL, &was) && was.sa_handler == SIG_IGN;
}

static void catch_interrupts(struct m2sim *s, bool interrupt, bool terminate)
{
    struct sigaction sa = { .sa_sigaction = on_interrupt, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    sigfillset(&sa.sa_mask);
    running = s;
    if (interrupt)
        sigaction(SIGINT, &sa, NULL);
    if (terminate)
        sigaction(SIGTERM, &sa, NULL);
}

static void set_env(struct guest_command *g, const char *pair)
{
    size_t n = strcspn(pair, "=");
    for (size_t k = 0; k < g->env_count; k++)
        if (!strncmp(g->env[k], pair, n) && g->env[k][n] == '=') {
            g->env[k] = (char *)pair;
            return;
        }
    g->env = realloc(g->env, (g->env_count + 2) * sizeof(*g->env));
    if (!g->env)
        cli_out_of_memory();
    g->env[g->env_count++] = (char *)pair;
    g->env[g->env_count] = NULL;
}

static void list(const struct cli_line *l, enum option_id id, const char *const **all,
                 size_t *count)
{
    *all = l->at[id].all;
    *count = l->at[id].count;
}

// What the command line says of the run.
static void set_options(struct guest_command *g)
{
    const struct cli_line *l = g->line;
    struct m2sim_options *o = &g->o;
    o->program = l->word[0];
    o->argv = l->word;
    o->max_instructions = l->at[OPT_max_instructions].number;
    o->root = l->at[OPT_root].text;
    list(l, OPT_allow, &o->allow, &o->allow_count);
    list(l, OPT_allow_read, &o->allow_read, &o->allow_read_count);
    o->host_files = cli_given(l, OPT_host_files);
    o->memory = l->at[OPT_memory].number;
    o->processes = (unsigned)l->at[OPT_processes].number;
    o->net = l->at[OPT_net].text;
    o->allow_net = cli_given(l, OPT_allow_net);
    o->seed = l->at[OPT_seed].number;
    o->draws = (unsigned)l->at[OPT_uncertainty].number;
    o->deterministic = cli_given(l, OPT_deterministic);
    o->exec = l->at[OPT_exec].text;
    o->gdb = l->at[OPT_gdb].text;
    o->perf_map = cli_given(l, OPT_perf_map);
    o->model = l->at[OPT_model].text;
    o->core = l->at[OPT_core].text;
    list(l, OPT_set, &o->sets, &o->set_count);
    o->threads = (unsigned)l->at[OPT_threads].number;
    o->region = (struct m2sim_region){
        .from_symbol = l->at[OPT_from_symbol].text,
        .to_symbol = l->at[OPT_to_symbol].text,
        .from_instruction = l->at[OPT_from_instruction].number,
        .to_instruction = l->at[OPT_to_instruction].number,
        .marks = cli_given(l, OPT_roi),
        .warm_given = cli_given(l, OPT_warm),
        .warm = l->at[OPT_warm].number,
    };
    o->interval = l->at[OPT_interval].number;
    o->around = l->at[OPT_around].text;
    o->instructions = (unsigned)l->at[OPT_instructions].number;
    g->strace = cli_given(l, OPT_strace);
    o->interruptible = o->signals = true;
    g->json = cli_given(l, OPT_json);
    g->output = l->at[OPT_output].text;
    g->quiet = o->quiet = cli_given(l, OPT_quiet);
    o->clean_env = cli_given(l, OPT_clean_env);
    for (char **v = environ; *v && !o->clean_env; v++)
        if (strncmp(*v, "_=", 2) !=
            0)   // of a shell: where m2sim is, which the stack must not show
            set_env(g, *v);
    for (size_t k = 0; k < l->at[OPT_env].count; k++)
        set_env(g, l->at[OPT_env].all[k]);
    o->env = g->env;   // NULL: empty
}

// Where the words of m2sim go: *out, and *strace. With -o FOLDER only system calls go to a
// stream.
static bool open_output(struct guest_command *g, FILE **out, FILE **strace, struct m2sim_error *e)
{
    *out = stderr;
    if (g->output && !strcmp(g->output, "-")) {
        *out = stdout;
    } else if (g->output) {
        g->folder = cli_is_folder(g->output);
        g->to = g->folder ? m2sim_output_folder(g->output, g->strace, e)
                          : m2sim_output_open(g->output, e);
        if (!g->to)
            return false;
        *out = m2sim_output_stream(g->to);
    }
    // A profile that is no text stands alone in its file.
    bool apart = g->format && strcmp(g->format, "text") != 0;
    *strace = !g->strace ? NULL : apart && !g->folder ? stderr : *out;
    g->o.output = g->to;
    return true;
}

static bool write_report(const struct guest_command *g, struct m2sim *s, FILE *out,
                         struct m2sim_error *e)
{
    unsigned flags = (g->json ? M2SIM_JSON : 0) | (g->page ? M2SIM_PAGE : 0) |
                     (cli_given(g->line, OPT_no_host) ? M2SIM_NO_HOST : 0);
    if (g->o.explain)
        return m2sim_explain(s, g->what_ifs, out, flags, e);
    if (g->folder)
        return m2sim_report_folder(s, g->to, flags, e);
    if (g->o.profile)
        return m2sim_profile(s, g->format, out, e);
    if (g->o.pipeline)
        return m2sim_pipeline(s, g->format, g->output, out, e);
    if (m2sim_report(s, out, flags))
        return true;
    snprintf(e->text, sizeof(e->text), "%s: %s",
             !g->output               ? "report"
             : strcmp(g->output, "-") ? g->output
                                      : "standard output",
             strerror(errno));
    return e->exit_code = M2SIM_EXIT_OUTPUT, false;
}

// Writes what there is to be: the report, and system calls in a file of their own.
static bool end_output(struct guest_command *g, struct m2sim *s, FILE *out, bool report,
                       struct m2sim_error *e)
{
    bool wanted = report && (g->folder || out != stderr || !g->quiet);
    bool ok = !wanted || write_report(g, s, out, e);
    if (g->to && !g->folder && ok && (report || g->strace))
        return m2sim_output_end(g->to, e);
    m2sim_output_drop(g->to);
    if (ok && g->strace && !g->to && ferror(out)) {
        snprintf(e->text, sizeof(e->text), "system calls: %s cannot be written",
                 out == stdout ? "standard output" : "standard error");
        return e->exit_code = M2SIM_EXIT_OUTPUT, false;
    }
    return ok;
}

static void tell_signal(int sig)
{
    const char *name = sigabbrev_np(sig);
    if (name)
        fprintf(stderr, "m2sim: interrupted by SIG%s\n", name);
    else
        fprintf(stderr, "m2sim: interrupted by signal %d\n", sig);
}

// Says a line of a run that did not end by itself. Whether a report is due.
static bool tell_ending(const struct guest_command *g, struct m2sim *s, int status)
{
    bool interrupted = m2sim_ended(s) == M2SIM_ENDED_INTERRUPTED;
    if (interrupted && !g->quiet)
        tell_signal(status - 128);
    if (status == M2SIM_EXIT_LIMIT && g->o.max_instructions && !g->quiet)
        fprintf(stderr, "m2sim: stopped after %llu instructions\n",
                (unsigned long long)g->o.max_instructions);
    return g->o.mode == M2SIM_TIME || g->json || cli_given(g->line, OPT_stats) || g->folder ||
           interrupted || m2sim_ended(s) == M2SIM_ENDED_MEMORY;
}

// The options of the command line by which `m2sim time` does the same run.
static void list_same(struct guest_command *g)
{
    const struct cli_line *l = g->line;
    size_t n = 0, room = 1;
    for (int k = 0; k < OPTIONS; k++)
        room += l->at[k].count;
    if (!(g->same = calloc(room, sizeof(*g->same))))
        cli_out_of_memory();
    for (int k = 0; k < OPTIONS; k++) {
        const struct option_row *o = &cli_options[k];
        bool same = cli_has(COMMAND_time, o) && k != OPT_output && k != OPT_json &&
                    k != OPT_quiet && k != OPT_threads;
        for (size_t i = 0; same && i < l->at[k].count; i++) {
            char *word;
            int length = o->takes.kind == TAKES_NOTHING
                             ? asprintf(&word, "--%s", o->name)
                             : asprintf(&word, "--%s=%s", o->name, l->at[k].all[i]);
            if (length < 0)
                cli_out_of_memory();
            g->same[n++] = word;
        }
    }
}

static void free_same(struct guest_command *g)
{
    for (const char **word = g->same; word && *word; word++)
        free((char *)*word);
    free(g->same);
}

static int execute(struct guest_command *g)
{
    struct m2sim_error e;
    FILE *out;
    if (!open_output(g, &out, &g->o.strace, &e))
        return cli_fail(&e);
    const char *which = g->line->at[OPT_what_if].text;
    if (g->o.explain &&
        !(g->what_ifs = m2sim_what_ifs_begin(&g->o, which, g->same, g->o.threads, &e))) {
        m2sim_output_drop(g->to);
        return cli_fail(&e);
    }
    // Beside a debugger, or lines of system calls, there would be two talking at once.
    struct progress *line = progress_new(g->quiet || g->o.gdb || g->o.strace == stderr);
    progress_prepare(line, &g->o);
    bool interrupt = !ignored(SIGINT), terminate = !ignored(SIGTERM);
    struct m2sim *s = m2sim_new(&g->o, &e);
    if (!s) {
        m2sim_output_drop(g->to);
        m2sim_what_ifs_free(g->what_ifs);
        progress_free(line);
        return cli_fail(&e);
    }
    for (const char *const *path = m2sim_unread(s); *path && !g->quiet; path++)
        cli_unread(*path, g->o.model ? g->o.model : "fast");
    catch_interrupts(s, interrupt, terminate);
    progress_begin(line, s, g->o.max_instructions);
    cli_sandbox(g->line, s);
    int status = m2sim_run(s);
    alarm(0);
    progress_end(line);
    bool report = tell_ending(g, s, status);
    if (m2sim_region_missed(s, &e) && m2sim_ended(s) != M2SIM_ENDED_INTERRUPTED) {
        m2sim_output_drop(g->to);
        status = cli_fail(&e);
    } else if (!end_output(g, s, out, report, &e)) {
        status = cli_fail(&e);
    }
    running = NULL;
    m2sim_free(s);
    m2sim_what_ifs_free(g->what_ifs);
    progress_free(line);
    return status;
}

// Tests choose the engine of all runs by M2SIM_EXEC.
static int check_engine(struct guest_command *g, enum command c)
{
    struct m2sim_error e;
    if (!g->o.exec)
        g->o.exec = getenv("M2SIM_EXEC");
    if (g->o.exec && !m2sim_choose(M2SIM_ENGINES, g->o.exec, &e))
        return cli_usage(cli_commands[c].name, "M2SIM_EXEC: %s", e.text);
    return -1;
}

// What the profile or pipeline is written as: --format, --json, or what the suffix of a file says.
static const char *format_of(const struct cli_line *l, bool pipeline)
{
    const char *format = l->at[OPT_format].text, *output = l->at[OPT_output].text;
    if (!format && cli_given(l, OPT_json))
        format = "json";
    if (!format && output && strcmp(output, "-") != 0 && !cli_is_folder(output))
        format = pipeline ? m2sim_pipeline_format_of(output) : m2sim_profile_format_of(output);
    return format;
}

static int guest_command(const struct cli_line *l, enum command c, enum m2sim_mode mode)
{
    struct guest_command g = { .o = { .mode = mode, .command = l->text }, .line = l };
    const char *name = cli_commands[c].name, *format = l->at[OPT_format].text;
    struct m2sim_error e;
    enum m2sim_list formats =
        c == COMMAND_pipeline ? M2SIM_PIPELINE_FORMATS : M2SIM_PROFILE_FORMATS;
    if (!l->words)
        return cli_usage(name, "which program?");
    if (format && !m2sim_choose(formats, format, &e))
        return cli_usage(name, "--format: %s", e.text);
    if (cli_given(l, OPT_root) && cli_given(l, OPT_host_files))
        return cli_usage(name,
                         "--root hides the host's files, --host-files shows them: one of both");
    set_options(&g);
    g.o.profile = c == COMMAND_profile || c == COMMAND_explain;
    g.o.explain = c == COMMAND_explain;
    g.o.pipeline = c == COMMAND_pipeline;
    g.format = format_of(l, g.o.pipeline);
    if ((g.o.explain || g.o.pipeline) && g.output && cli_is_folder(g.output))
        return cli_usage(name, "-o %s: the report is one file", g.output);
    if (g.o.explain)
        list_same(&g);
    g.page = (c == COMMAND_time || c == COMMAND_profile) && g.format && !strcmp(g.format, "html");
    int done = check_engine(&g, c);
    if (done < 0 && g.page && !m2sim_can_page(&e))
        done = cli_fail(&e);
    if (done < 0)
        done = execute(&g);
    free(g.env);
    free_same(&g);
    return done;
}

int cmd_run(const struct cli_line *l)
{
    return guest_command(l, COMMAND_run, M2SIM_RUN);
}

// `annotate FUNCTION FILE`, `diff FILE FILE`, `show FILE`.
static int view_profile(const struct cli_line *l)
{
    const char *what = l->word[0];
    bool annotate = !strcmp(what, "annotate"), diff = !strcmp(what, "diff");
    int wanted = annotate || diff ? 3 : 2;
    if (l->words != wanted)
        return cli_usage("profile", annotate ? "annotate: a function and a profile"
                                    : diff   ? "diff: two profiles"
                                             : "show: a profile");
    struct m2sim_profile_view v = { .path = l->word[annotate ? 2 : 1],
                                    .format = format_of(l, false),
                                    .function = annotate ? l->word[1] : NULL,
                                    .against = diff ? l->word[2] : NULL };
    if ((annotate || diff) && cli_given(l, OPT_format))
        return cli_usage("profile", "--format is not for %s", what);
    struct m2sim_error e;
    struct m2sim_output *to;
    FILE *f = cli_output(l->at[OPT_output].text, &to, &e);
    if (!f)
        return cli_fail(&e);
    bool ok = m2sim_profile_view(&v, f, cli_given(l, OPT_json) ? M2SIM_JSON : 0, &e);
    return cli_close(to, ok, ok ? 0 : cli_fail(&e));
}

int cmd_profile(const struct cli_line *l)
{
    return l->own ? view_profile(l) : guest_command(l, COMMAND_profile, M2SIM_TIME);
}

int cmd_explain(const struct cli_line *l)
{
    return guest_command(l, COMMAND_explain, M2SIM_TIME);
}

int cmd_pipeline(const struct cli_line *l)
{
    return guest_command(l, COMMAND_pipeline, M2SIM_TIME);
}

int cmd_time(const struct cli_line *l)
{
    return guest_command(l, COMMAND_time, M2SIM_TIME);
}
