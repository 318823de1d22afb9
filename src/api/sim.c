// One simulation: a guest process, the engine that runs it and, in timing mode, the core
// that its stream of instructions feeds.
#include "api/sim.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/oom.h"
#include "api/intervals.h"
#include "api/output.h"
#include "api/region.h"
#include "core/counters.h"
#include "core/pmu.h"
#include "guest/image/elf.h"
#include "guest/process/hostsig.h"
#include "guest/linux.h"
#include "guest/linux/net_private.h"

enum {
    COUNTER_HZ = 24000000,   // CNTFRQ_EL0 of an M2
    LEAST_DRAWS = 3,         // of which an interval can be made
    MOST_DRAWS = 1000,       // some megabytes each
    INTERRUPTS = 3,          // so many, each within PATIENCE_NS of the one before, end any run
};

static const u64 PATIENCE_NS = 10000000000;

// Simulated time starts here, so that a run gives the same dates each time: 2026-01-01.
static const u64 EPOCH_NS = 1767225600ull * 1000000000;

// -- Simulated time --

cycle api_cycles(struct m2sim *s)
{
    // What is not timed takes a cycle an instruction.
    u64 untimed = s->region ? region_before(s->region) + region_warmed(s->region) : 0;
    if (s->child)
        return core_now(s->core) + untimed + (s->machine.instructions - s->forked_at);
    stream_sync(s->stream);
    return core_now(s->core) + untimed;
}

static u64 simulated_ns(void *ctx, int clock)
{
    struct m2sim *s = ctx;
    u64 ns = (u64)((double)api_cycles(s) * 1e3 / s->config.core.clock_mhz);
    return clock == CLOCK_REALTIME ? EPOCH_NS + ns : ns;
}

static u64 simulated_counter(void *ctx)
{
    struct m2sim *s = ctx;
    return (u64)((double)api_cycles(s) * (COUNTER_HZ / 1e6) / s->config.core.clock_mhz);
}

// A performance counter of the guest. Without timing only instructions are counted.
static bool simulated_event(void *ctx, u32 number, u64 *value)
{
    struct m2sim *s = ctx;
    enum pmu which = pmu_find(number);
    if (which == PMU_COUNT || (!s->core && which != PMU_INST_RETIRED))
        return false;
    if (which == PMU_INST_RETIRED) {
        *value = s->machine.instructions;
    } else if (which == PMU_CPU_CYCLES) {
        *value = api_cycles(s);
    } else {
        struct core_stats stats;
        struct stat_group groups[CORE_GROUPS];
        api_cycles(s);   // so that it has seen all
        core_stats(s->core, &stats);
        core_counters(&stats, groups);
        *value = pmu_read(groups, which);
    }
    return true;
}

static u64 host_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

// Without timing, where threads take turns, an instruction takes a nanosecond: two runs are
// alike, and time stands while the user of a debugger looks.
static u64 counted_ns(void *ctx, int clock)
{
    const struct m2sim *s = ctx;
    u64 ns = s->machine.instructions;
    return clock == CLOCK_REALTIME ? EPOCH_NS + ns : ns;
}

static u64 counted_counter(void *ctx)
{
    return (u64)((unsigned __int128)counted_ns(ctx, CLOCK_MONOTONIC) * COUNTER_HZ / 1000000000);
}

static u64 host_counter(void *ctx)
{
    return (u64)((unsigned __int128)host_ns() * COUNTER_HZ / 1000000000);
}

// -- Life --

// core_stats, for core_now would let later answers of the model depend on being asked.
static void answer(struct m2sim *s)
{
    struct core_stats stats;
    core_stats(s->core, &stats);
    __atomic_store_n(&s->seen_instructions, stats.instructions, __ATOMIC_RELAXED);
    __atomic_store_n(&s->seen_cycles, stats.cycles, __ATOMIC_RELAXED);
    __atomic_store_n(&s->asked, 0, __ATOMIC_RELAXED);
}

static void feed_core(struct m2sim *s, const struct record *r, size_t n)
{
    if (s->tracing)
        tracing_feed(s->tracing, r, n);
    if (s->profiling)
        profiling_feed(s->profiling, r, n, false);
    else
        core_feed(s->core, r, n);
    if (s->tracing)
        tracing_fed(s->tracing);
}

static void feed_intervals(struct m2sim *s, const struct record *r, size_t n)
{
    while (n) {
        size_t some = intervals_cut(s->intervals, r, n);
        feed_core(s, r, some);
        intervals_fed(s->intervals, r, some);
        r += some;
        n -= some;
    }
}

static void warm_core(struct m2sim *s, const struct record *r, size_t n)
{
    if (s->profiling)
        profiling_feed(s->profiling, r, n, true);
    else
        core_warm(s->core, r, n);
}

static void show_core(struct m2sim *s, const struct record *r, size_t n)
{
    if (s->intervals)
        feed_intervals(s, r, n);
    else
        feed_core(s, r, n);
    if (s->evidence)
        evidence_feed(s->evidence, r, n);
    if (s->draws)
        draws_feed(s->draws, r, n);
}

static void show(struct m2sim *s, const struct record *r, size_t n)
{
    if (s->watch) {
        s->watch(s->watch_ctx, r, n);
        return;
    }
    size_t warm = s->region ? region_warms(s->region, r, n) : 0;
    if (warm)
        warm_core(s, r, warm);
    if (n == warm)
        return;
    if (s->region && region_warmed(s->region) && !s->discounted) {
        s->discounted = true;
        core_discount(s->core);
    }
    show_core(s, r + warm, n - warm);
}

static void feed_as_in_largest(struct m2sim *s, const struct record *r, size_t n)
{
    while (n) {
        size_t some = n < RECORD_BATCH ? n : RECORD_BATCH;
        canonical_records(&s->canonical, s->as_in_largest, r, some);
        show(s, s->as_in_largest, some);
        r += some;
        n -= some;
    }
}

// How much address space the host leaves shall not change what is timed.
static void hide_window(struct m2sim *s)
{
    u64 size = s->process->space->size;
    if (size == SPACE_LARGEST)
        return;
    s->canonical = canonical_of(size, SPACE_LARGEST, elf_place(SPACE_LARGEST) - elf_place(size));
    s->as_in_largest = ARENA_ARRAY(s->arena, RECORD_BATCH, struct record);
}

static void feed(void *ctx, const struct record *r, size_t n)
{
    struct m2sim *s = ctx;
    if (s->as_in_largest)
        feed_as_in_largest(s, r, n);
    else
        show(s, r, n);
    if (__atomic_load_n(&s->asked, __ATOMIC_RELAXED))
        answer(s);
}

bool api_fail(struct m2sim_error *e, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(e->text, sizeof(e->text), fmt, ap);
    va_end(ap);
    e->exit_code = code;
    return false;
}

bool api_fail_for(struct m2sim_error *e, int code, const struct err *why)
{
    if (why->kind == ERR_HOST)
        code = M2SIM_EXIT_INTERNAL;
    else if (why->kind == ERR_DATA)
        code = M2SIM_EXIT_DATA;
    else if (why->kind == ERR_UNREADABLE && code == M2SIM_EXIT_DATA)
        code = M2SIM_EXIT_NO_INPUT;
    return api_fail(e, code, "%s", why->text);
}

static void count(void *ctx, const struct record *r, size_t n)
{
    counts_feed(ctx, r, n);
}

static bool read_memory(void *who, void *to, vaddr va, u32 size)
{
    const struct m2sim *s = who;
    return s->process && space_read(s->process->space, to, va, size) == 0;
}

// The table goes into a folder of reports as it was when the core was made.
static bool keep_table(struct m2sim *s, struct m2sim_error *e)
{
    struct err err = { "" };
    FILE *to = open_memstream(&s->table, &s->table_size), *f = fopen(s->config.instructions, "rb");
    bool ok = f && to;
    char buf[65536];
    for (size_t n = sizeof(buf); ok && n == sizeof(buf);) {
        n = fread(buf, 1, sizeof(buf), f);
        ok = !ferror(f) && fwrite(buf, 1, n, to) == n;
    }
    if (!ok)
        err_system(&err, errno, "%.300s", s->config.instructions);
    if (f)
        fclose(f);
    if (to && fclose(to) != 0)
        out_of_memory();
    return ok || api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
}

static bool make_core(struct m2sim *s, struct m2sim_error *e)
{
    const struct m2sim_options *o = &s->options;
    struct err err = { "" };
    if (!api_choose_model(o->model, e))
        return false;
    if (!config_load(&s->config, s->arena, o->core, o->sets, o->set_count, &err))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    s->core = core_new(s->arena, &s->config, o->model, &err);
    if (!s->core)
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    if (o->draws &&
        !(s->draws = draws_new(&s->config, o->model, o->draws, o->seed, o->threads, &err)))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    if (o->interval)
        s->intervals = intervals_new(s->core, o->interval);
    if (o->profile)
        s->profiling = profiling_new(s);
    if (o->pipeline && !(s->tracing = tracing_new(s, e)))
        return false;
    if (o->explain && !(s->evidence = evidence_new(s->arena, &s->config, &err)))
        return api_fail_for(e, M2SIM_EXIT_CONFIG, &err);
    s->unread = config_unread(&s->config, s->arena, o->model);
    s->stream =
        stream_new(feed, s, o->threads != 1 && !o->pipeline);   // which ends the run at one place
    if (core_reads_lines(&s->config))
        stream_tell_lines(s->stream, read_memory, s);
    return !o->output || keep_table(s, e);
}

// The program's name is the guest's: the host has the file there, or under the root.
static FILE *open_program(const struct m2sim *s)
{
    char path[PATH_MAX];
    FILE *f = fopen(s->options.program, "rb");
    int error = errno;
    bool named = !f && s->root && error == ENOENT &&
                 snprintf(path, sizeof(path), "%s%s", s->root, s->options.program) < PATH_MAX;
    if (named)
        f = fopen(path, "rb");
    errno = named ? errno : error;
    return f;
}

bool api_digest_program(const struct m2sim *s, char digest[17], struct m2sim_error *e)
{
    struct err err = { "" };
    XXH3_state_t *state = XXH3_createState();
    FILE *f = open_program(s);
    char buf[65536];
    bool ok = f;
    if (!state)
        out_of_memory();
    XXH3_64bits_reset(state);
    for (size_t n = sizeof(buf); ok && n == sizeof(buf);) {
        n = fread(buf, 1, sizeof(buf), f);
        ok = !ferror(f);
        XXH3_64bits_update(state, buf, n);
    }
    if (!ok)
        err_system(&err, errno, "%.300s", s->options.program);
    if (f)
        fclose(f);
    snprintf(digest, 17, "%016llx", (unsigned long long)XXH3_64bits_digest(state));
    XXH3_freeState(state);
    return ok || api_fail_for(e, M2SIM_EXIT_DATA, &err);
}

// Of the first stack: arguments, variables, the auxiliary vector with its random bytes, and where
// all of them lie.
static void digest_environment(struct m2sim *s)
{
    const struct process *p = s->process;
    vaddr from = p->main->cpu.x[REG_SP];
    size_t n = p->stack_top - from;
    void *bytes = malloc(n);
    if (!bytes)
        out_of_memory();
    if (!space_read(p->space, bytes, from, n))
        snprintf(s->environment, sizeof(s->environment), "%016llx",
                 (unsigned long long)XXH3_64bits(bytes, n));
    free(bytes);
}

// After a fork the child runs on without timing: neither the stream's thread nor the
// right to report came along. Its clock goes on by one cycle an instruction.
static void forked(void *ctx)
{
    struct m2sim *s = ctx;
    if (!s->child)
        s->forked_at = s->machine.instructions;
    s->child = true;
    s->interrupts = 0;
    s->runner = pthread_self();
    if (s->region)
        region_forked(s->region);
    s->machine.recorder = NULL;
    for (struct thread *t = s->process->threads; t; t = t->next)
        t->recorder = NULL;
    if (s->machine.jit)
        jit_end_recording(s->machine.jit);
    if (s->gdb)
        gdb_forked(s->gdb);
}

static void list_rules(struct m2sim *s)
{
    const struct m2sim_options *o = &s->options;
    struct view_rule *rule = calloc(o->allow_count + o->allow_read_count + 1, sizeof(*rule));
    if (!rule)
        out_of_memory();
    s->rules = rule;
    for (size_t i = 0; i < o->allow_count; i++)
        *rule++ = (struct view_rule){ o->allow[i], true };
    for (size_t i = 0; i < o->allow_read_count; i++)
        *rule++ = (struct view_rule){ o->allow_read[i], false };
}

// What has a name of ours while the guest runs.
static void hide_output(struct m2sim *s)
{
    const struct m2sim_options *o = &s->options;
    if (o->perf_map)
        api_open_perf_map(s);
    if (!o->output || !o->output->file)
        return;
    s->output = output_place(o->output->file);
    if (s->output.name[0])
        s->hidden[s->hidden_count++] =
            (struct view_hidden){ s->output.device, s->output.folder, s->output.name };
}

static int stop_signal(const struct m2sim *s)
{
    return s->stop_signal ? s->stop_signal : SIGINT;
}

// Ends the process of a child.
static void leave(void *ctx, enum machine_end end)
{
    struct m2sim *s = ctx;
    if (end == MACHINE_LIMIT)
        _exit(M2SIM_EXIT_LIMIT);
    if (end == MACHINE_STOPPED && s->starved)
        s->process->exit_status = M2SIM_EXIT_INTERNAL;
    else if (end == MACHINE_STOPPED)
        s->process->exit_signal = stop_signal(s);
    process_leave(s->process);
}

// The host lacks the memory that the program may have.
static void starve(void *ctx)
{
    struct m2sim *s = ctx;
    s->starved = 1;
    m2sim_stop(s);
}

static bool load(struct m2sim *s, struct m2sim_error *e)
{
    const struct m2sim_options *o = &s->options;
    bool timed = o->mode == M2SIM_TIME;
    bool in_turns = o->mode == M2SIM_COUNT || o->deterministic || o->gdb;
    if (timed && !make_core(s, e))
        return false;
    if (s->watch) {
        s->stream = stream_new(feed, s, o->threads != 1);
    } else if (o->mode == M2SIM_COUNT) {
        s->counts = counts_new(s->arena);
        s->stream = stream_new(count, s->counts, o->threads != 1);
    }

    list_rules(s);
    hide_output(s);
    if (o->root && !(s->root = realpath(o->root, NULL)))
        return api_fail(e, M2SIM_EXIT_NO_INPUT, "--root %s: %s", o->root, strerror(errno));

    struct err err = { "" };
    if (s->net == NET_private && (s->net_maker = net_private_new(&s->net_cookie, &err)) < 0)
        return api_fail(e, M2SIM_EXIT_INTERNAL, "%s", err.text);
    static const char *const no_strings[] = { NULL };
    struct process_options p = {
        .path = o->program,
        .argv = (const char *const *)o->argv,
        .envp = o->env ? (const char *const *)o->env : no_strings,
        .files = { s->root, s->rules, o->allow_count + o->allow_read_count, o->host_files,
                   s->hidden, s->hidden_count },
        .seed = o->seed,
        .strace = o->strace,
        .messages = o->messages,
        .policy = timed || in_turns ? &sched_turns : &sched_host,
        .now_ns = timed ? simulated_ns : counted_ns,
        .clock_ctx = s,
        .counter = simulated_event,
        .counter_ctx = s,
        .forked = forked,
        .fork_ctx = s,
        .spawn = machine_spawn,
        .spawn_ctx = &s->machine,
        .writes = o->writes,
        .writes_ctx = o->writes_ctx,
        .starved = starve,
        .starved_ctx = s,
        .stop = &s->stop,
        .net = s->net,
        .net_maker = s->net_maker,
        .net_cookie = s->net_cookie,
        .memory = o->memory,
        .processes = o->processes,
        .quiet = o->quiet,
        .clean = o->clean_env,
        .signals = o->signals,
        .interruptible = o->interruptible,
    };
    int code = M2SIM_EXIT_DATA;
    s->process = process_new(&p, &err, &code);
    if (!s->process)
        return api_fail(e, code, "%s", err.text);
    // A timed run's report is always wanted; elsewhere that would be time lost.
    if (timed && !api_digest_program(s, s->digest, e))
        return false;
    if (timed)
        digest_environment(s);
    if (timed || s->watch)
        hide_window(s);
    s->machine = (struct machine){
        .process = s->process,
        .recorder = s->stream ? stream_recorder(s->stream) : NULL,
        .tell_between = s->profiling != NULL,
        .max_instructions = o->max_instructions,
        .counter = timed      ? simulated_counter
                   : in_turns ? counted_counter
                              : host_counter,
        .counter_ctx = s,
        .stop = &s->stop,
        .orphan_ended = leave,
        .orphan_ctx = s,
    };
    if (!o->gdb && (!o->exec || strcmp(o->exec, "interp") != 0))
        s->machine.jit = jit_new(s->process->space, s->machine.recorder);
    if (s->machine.jit && o->exec && !strcmp(o->exec, "jit-plain"))
        jit_set_plain(s->machine.jit);
    s->machine.tell_between = s->profiling != NULL;
    e->exit_code = 0;
    s->region = timed ? region_new(s, e) : NULL;
    return s->region || !e->exit_code;
}

struct m2sim *api_watched(const struct m2sim_options *o, stream_consumer *watch, void *ctx,
                          struct m2sim_error *e)
{
    struct m2sim *s = calloc(1, sizeof(*s));
    if (!s) {
        api_fail(e, M2SIM_EXIT_INTERNAL, "out of memory");
        return NULL;
    }
    s->options = *o;
    s->watch = watch;
    s->watch_ctx = ctx;
    if (!s->options.model)
        s->options.model = "fast";
    if (!s->options.core)
        s->options.core = "m2-avalanche";
    if (!s->options.command)
        s->options.command = o->program;
    if (!s->options.messages)
        s->options.messages = stderr;
    s->arena = arena_new();
    s->gdb_listener = s->net_maker = -1;
    bool known = api_choose_net(o, &s->net, e);
    if (known && o->draws && (o->draws < LEAST_DRAWS || o->draws > MOST_DRAWS))
        known = api_fail(e, M2SIM_EXIT_USAGE, "draws: %u is not from %d to %d", o->draws,
                         LEAST_DRAWS, MOST_DRAWS);
    known = known && (!o->exec || m2sim_choose(M2SIM_ENGINES, o->exec, e));
    if (known && load(s, e) && (!o->gdb || api_debug_listen(s, e)))
        return s;
    m2sim_free(s);
    return NULL;
}

struct m2sim *m2sim_new(const struct m2sim_options *o, struct m2sim_error *e)
{
    return api_watched(o, NULL, NULL, e);
}

const char *const *m2sim_unread(const struct m2sim *s)
{
    static const char *const none[] = { NULL };
    return s->unread ? s->unread : none;
}

void m2sim_free(struct m2sim *s)
{
    if (!s)
        return;
    gdb_free(s->gdb);
    if (s->gdb_listener >= 0)
        close(s->gdb_listener);
    if (s->net_maker >= 0)
        close(s->net_maker);
    if (s->stream)
        stream_free(s->stream);
    draws_free(s->draws);
    intervals_free(s->intervals);
    profiling_free(s->profiling);
    tracing_free(s->tracing);
    region_free(s->region);
    if (!s->machine.abandoned)
        jit_free(s->machine.jit);
    if (s->process && !s->machine.abandoned)
        process_free(s->process);
    arena_free(s->arena);
    if (s->perf_map)
        fclose(s->perf_map);
    free(s->table);
    free(s->root);
    free(s->rules);
    free(s);
}

static bool region_over(const struct m2sim *s)
{
    return (s->region && region_ended(s->region)) || (s->tracing && tracing_done(s->tracing));
}

int m2sim_run(struct m2sim *s)
{
    if (s->gdb_listener >= 0)
        api_debug_begin(s);
    u64 start = host_ns();
    s->runner = pthread_self();
    __atomic_store_n(&s->runs, 1, __ATOMIC_RELEASE);
    enum machine_end end = machine_run(&s->machine);
    __atomic_store_n(&s->runs, 0, __ATOMIC_RELEASE);
    if (s->child)
        leave(s, end);
    hostsig_end(s->process);
    s->end = end;
    if (s->stream)
        stream_sync(s->stream);
    if (s->core)
        core_drain(s->core);
    if (s->intervals)
        intervals_end(s->intervals);
    if (s->draws)
        draws_drain(s->draws);
    s->host_seconds = (double)(host_ns() - start) / 1e9;
    if (s->perf_map)
        api_write_perf_map(s);
    bool region = region_over(s);
    s->status = region                  ? 0
                : end == MACHINE_EXITED ? process_status(s->process)
                : end == MACHINE_LIMIT  ? M2SIM_EXIT_LIMIT
                : s->starved            ? M2SIM_EXIT_INTERNAL
                                        : 128 + stop_signal(s);
    if (s->gdb)
        gdb_ended(s->gdb, end, s->status);
    return s->status;
}

bool m2sim_region_missed(const struct m2sim *s, struct m2sim_error *e)
{
    if (!s->region || region_began(s->region))
        return false;
    region_never(s->region, e);
    return true;
}

void m2sim_progress(struct m2sim *s, struct m2sim_progress *p)
{
    u64 cycles = __atomic_load_n(&s->seen_cycles, __ATOMIC_RELAXED);
    u64 instructions = __atomic_load_n(&s->seen_instructions, __ATOMIC_RELAXED);
    p->instructions = __atomic_load_n(&s->machine.instructions, __ATOMIC_RELAXED);
    p->ipc = cycles ? (double)instructions / (double)cycles : 0;
    if (s->core)
        __atomic_store_n(&s->asked, 1, __ATOMIC_RELAXED);
}

void m2sim_stop(struct m2sim *s)
{
    __atomic_store_n(&s->stop, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&s->runs, __ATOMIC_ACQUIRE))   // a call of the host that waits is to end
        pthread_kill(s->runner, KICK);
}

bool m2sim_interrupt(struct m2sim *s, const siginfo_t *info)
{
    u64 now = host_ns();
    if (guest_pid(s->process, info->si_pid))   // of the guest's own making
        return hostsig_note(s->process, info), pthread_kill(s->runner, KICK), false;
    s->interrupts = now - s->interrupted_at < PATIENCE_NS ? s->interrupts + 1 : 1;
    s->interrupted_at = now;
    bool runs = __atomic_load_n(&s->runs, __ATOMIC_ACQUIRE), end = s->interrupts >= INTERRUPTS;
    if (!runs || s->gdb || end) {
        s->stop_signal = info->si_signo;
        m2sim_stop(s);
        return end;
    }
    hostsig_note(s->process, info);
    pthread_kill(s->runner, KICK);
    return false;
}

enum m2sim_ended m2sim_ended(const struct m2sim *s)
{
    int killed = s->end == MACHINE_EXITED ? s->process->exit_signal : 0;
    if (region_over(s))
        return M2SIM_ENDED_REGION;
    if (s->end == MACHINE_LIMIT)
        return M2SIM_ENDED_LIMIT;
    if (s->end == MACHINE_STOPPED && s->starved)
        return M2SIM_ENDED_MEMORY;
    if (s->end == MACHINE_STOPPED || (killed && s->process->outside == killed))
        return M2SIM_ENDED_INTERRUPTED;
    return killed ? M2SIM_ENDED_SIGNAL : M2SIM_ENDED_EXIT;
}
