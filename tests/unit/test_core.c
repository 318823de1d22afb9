// A core's parts outlive the model that times them: drained, warmed, handed on.
#include "test.h"

#include <string.h>

#include "core/core.h"
#include "core/counters.h"

enum { START = 0x20000, DATA = 0x400000, LINE = 64, LINES = 512 };   // 32 KiB: in the L1D of both

// ldr x1, [x2]; add x2, x2, #64; cmp x2, x3; b.ne START
static const u32 walk[] = { 0xf9400041, 0x91010042, 0xeb03005f, 0x54ffffa1 };

static struct core *core_of(struct arena *a, const char *model)
{
    struct config *c = ARENA_NEW(a, struct config);
    struct err e = { "" };
    bool ok = config_load(c, a, "m2-avalanche", NULL, 0, &e);
    struct core *core = ok ? core_new(a, c, model, &e) : NULL;
    assert_string_equal(e.text, "");
    assert_non_null(core);
    return core;
}

static size_t define(struct record *r)
{
    for (u32 k = 0; k < COUNT(walk); k++)
        r[k] = (struct record){ RECORD_DEF | (START + 4 * k), walk[k] };
    return COUNT(walk);
}

// One iteration that reads line `n`.
static size_t turn(struct record *r, u32 n)
{
    for (u32 k = 0; k < COUNT(walk); k++)
        r[k] = (struct record){ START + 4 * k, 0 };
    r[0].addr = DATA + LINE * n;
    r[3] = (struct record){ (START + 12) | RECORD_TAKEN, START };
    return COUNT(walk);
}

typedef void take(struct core *c, const struct record *r, size_t n);

static void walk_lines(struct core *c, take *to, bool defines)
{
    struct record r[8];
    if (defines)
        to(c, r, define(r));
    for (u32 n = 0; n < LINES; n++)
        to(c, r, turn(r, n));
}

static struct core_stats stats_of(const struct core *c)
{
    struct core_stats s;
    core_stats(c, &s);
    u64 slots = 0;
    for (u32 k = 0; k < STACK_COUNT; k++)
        slots += s.stack[k];
    assert_int_equal(slots, s.width * s.cycles);
    return s;
}

static const char *const both[] = { "fast", "detailed" };

static void a_drained_core_goes_on(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, both[m]);
        for (u32 n = 1; n <= 3; n++) {
            walk_lines(c, core_feed, n == 1);
            core_drain(c);
            struct core_stats s = stats_of(c);
            assert_int_equal(s.instructions, n * LINES * COUNT(walk));
            assert_int_equal(s.memory.l1d.reads, n * LINES);
        }
        arena_free(a);
    }
}

static void draining_twice_does_nothing_more(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, both[m]);
        walk_lines(c, core_feed, true);
        core_drain(c);
        cycle cycles = stats_of(c).cycles, now = core_now(c);
        core_drain(c);
        assert_int_equal(stats_of(c).cycles, cycles);
        assert_int_equal(core_now(c), now);
        arena_free(a);
    }
}

static void warming_takes_no_time(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, both[m]);
        walk_lines(c, core_warm, true);
        struct core_stats s = stats_of(c);
        assert_int_equal(s.cycles, 0);
        assert_int_equal(s.instructions, 0);
        assert_int_equal(core_now(c), 0);
        arena_free(a);
    }
}

// Cycles and L1D misses of the walk once the parts were warmed `times` times.
static void measured(const char *model, u32 times, u64 *cycles, u64 *misses)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, model);
    for (u32 n = 0; n < times; n++)
        walk_lines(c, core_warm, n == 0);
    u64 before = stats_of(c).memory.l1d.read_misses;
    walk_lines(c, core_feed, times == 0);
    core_drain(c);
    *cycles = stats_of(c).cycles;
    *misses = stats_of(c).memory.l1d.read_misses - before;
    arena_free(a);
}

static void warmed_caches_do_not_miss(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        u64 cold, warm, cold_misses, warm_misses;
        measured(both[m], 0, &cold, &cold_misses);
        measured(both[m], 1, &warm, &warm_misses);
        assert_true(cold_misses > 0);
        assert_int_equal(warm_misses, 0);
        assert_true(warm * 4 < cold * 3);   // and not one line is late
    }
}

static void warming_does_not_depend_on_its_batches(void **state)
{
    struct record all[8 + 4 * LINES];
    size_t n = define(all);
    for (u32 k = 0; k < LINES; k++)
        n += turn(all + n, k);
    struct arena *a = arena_new();
    struct core *one = core_of(a, "fast"), *many = core_of(a, "fast");
    core_warm(one, all, n);
    walk_lines(many, core_warm, true);
    struct core_stats s = stats_of(one), t = stats_of(many);
    assert_memory_equal(&s.memory, &t.memory, sizeof(s.memory));
    assert_memory_equal(&s.tlb, &t.tlb, sizeof(s.tlb));
    arena_free(a);
}

// The second model finds the lines, translations and branches of the first.
static void another_model_goes_on_with_the_parts(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, both[m]);
        struct err e = { "" };
        walk_lines(c, core_feed, true);
        core_drain(c);
        struct core_stats first = stats_of(c), s = first;
        for (u32 n = 2; n <= 5; n++) {
            assert_true(core_use(c, both[(m + n + 1) % 2], &e));
            assert_int_equal(core_now(c) >= s.cycles, 1);
            walk_lines(c, core_feed, false);
            core_drain(c);
            struct core_stats t = stats_of(c);
            assert_int_equal(t.instructions, n * LINES * COUNT(walk));
            assert_int_equal(t.memory.l1d.read_misses, first.memory.l1d.read_misses);
            assert_int_equal(t.tlb.l2_misses, first.tlb.l2_misses);
            assert_true(t.cycles > s.cycles && t.cycles - s.cycles < first.cycles);
            s = t;
        }
        arena_free(a);
    }
}

// cmp and b.ne are one micro-op on this core; that must not stay behind in the plans.
static void what_one_model_fused_does_not_bind_the_other(void **state)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, "fast");
    struct err e = { "" };
    u64 warmed, misses;
    measured("detailed", 2, &warmed, &misses);
    walk_lines(c, core_feed, true);
    core_drain(c);
    walk_lines(c, core_warm, false);   // as often as the other
    u64 before = stats_of(c).cycles;
    assert_true(core_use(c, "detailed", &e));
    walk_lines(c, core_feed, false);
    core_drain(c);
    assert_int_equal(stats_of(c).cycles - before, warmed);
    arena_free(a);
}

static void an_unknown_model_changes_nothing(void **state)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, "fast");
    struct err e = { "" };
    assert_false(core_use(c, "slow", &e));
    assert_string_equal(e.text, "no timing model 'slow'");
    walk_lines(c, core_feed, true);
    core_drain(c);
    assert_true(stats_of(c).cycles > 0);
    arena_free(a);
}

// -- Slots and observers --

// cbnz of a value that changes like a coin: every second is mispredicted at first.
static const u32 coin[] = { 0xb5000041, 0x91000400, 0x91000421, 0x9b017c21, 0x17fffffc };

static void toss(struct core *c, u32 times)
{
    struct record r[COUNT(coin)];
    u32 random = 1;
    for (u32 k = 0; k < COUNT(coin); k++) {
        r[0] = (struct record){ RECORD_DEF | (START + 0x1000 + 4 * k), coin[k] };
        core_feed(c, r, 1);
    }
    for (u32 n = 0; n < times; n++) {
        random = random * 1664525 + 1013904223;
        bool taken = random >> 31;
        size_t m = 0;
        for (u32 k = 0; k < COUNT(coin); k++)
            if (!taken || k != 1)
                r[m++] = (struct record){ START + 0x1000 + 4 * k, 0 };
        if (taken)
            r[0] = (struct record){ r[0].head | RECORD_TAKEN, START + 0x1008 };
        r[m - 1] = (struct record){ r[m - 1].head | RECORD_TAKEN, START + 0x1000 };
        core_feed(c, r, m);
    }
}

struct sums {
    u64 stack[STACK_COUNT], nobody, conditional_elsewhere;
};

static void sum(void *ctx, u32 path, vaddr pc, const struct cost *cost)
{
    struct sums *s = ctx;
    const u64 *slots = cost->slots;
    for (u32 k = 0; k < STACK_COUNT; k++) {
        s->stack[k] += slots[k];
        s->nobody += pc == (vaddr)ACCOUNT_NOBODY ? slots[k] : 0;
    }
    s->conditional_elsewhere +=
        pc != START + 0x1000 && pc != START + 12 ? slots[STACK_conditional] : 0;
}

// Each cause's slots are the sum of those of the instructions, over models; what wrong paths
// cost is their branch's.
static void every_slot_has_its_instruction(void **state)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, "fast");
    struct err e;
    core_profile(c);
    for (u32 m = 0; m < COUNT(both); m++) {
        assert_true(core_use(c, both[m], &e));
        walk_lines(c, core_feed, m == 0);
        toss(c, 2000);
        core_drain(c);
        struct core_stats s = stats_of(c);
        struct sums sums = { { 0 } };
        core_each_cost(c, sum, &sums);
        assert_true(s.mispredictions > 500);
        assert_memory_equal(sums.stack, s.stack, sizeof(s.stack));
        assert_true(sums.stack[STACK_conditional] > 1000);
        assert_int_equal(sums.conditional_elsewhere, 0);
        assert_true(sums.nobody <= 8);
    }
    arena_free(a);
}

// What share of the slots of a loop of these words, run long, a cause has.
static double share_of(const char *model, const u32 *words, u32 count, enum cause cause)
{
    struct arena *a = arena_new();
    struct core *c = core_of(a, model);
    struct record r[16];
    for (u32 k = 0; k < count; k++)
        r[k] = (struct record){ RECORD_DEF | (START + 4 * k), words[k] };
    core_feed(c, r, count);
    for (u32 n = 0; n < 2000; n++) {
        for (u32 k = 0; k < count; k++)
            r[k] = (struct record){ START + 4 * k, 0 };
        r[count - 1] = (struct record){ r[count - 1].head | RECORD_TAKEN, START };
        core_feed(c, r, count);
    }
    core_drain(c);
    struct core_stats s = stats_of(c);
    arena_free(a);
    return (double)s.stack[cause] / (double)(s.width * s.cycles);
}

// Four times mul x1, x1, x1 in a row take 12 cycles, whatever the ports.
static void a_chain_waits_for_itself(void **state)
{
    static const u32 chain[] = { 0x9b017c21, 0x9b017c21, 0x9b017c21, 0x9b017c21, 0x17fffffc };
    for (u32 m = 0; m < COUNT(both); m++)
        assert_true(share_of(both[m], chain, COUNT(chain), STACK_dependences) > 0.85);
}

struct watch {
    u64 retired, wrong, again, intervals, sequence;
    cycle last;
    u32 disorder;
};

static void see(void *ctx, vaddr pc, const struct plan *p, const struct times *t)
{
    struct watch *w = ctx;
    w->wrong += t->wrong;
    w->again += t->squashed && !t->wrong;
    if (t->squashed)
        return;
    w->retired++;
    w->disorder += t->retire < w->last || t->rename < t->fetch ||
                   (t->dispatch && t->dispatch < t->rename) || (t->issue && t->done < t->issue) ||
                   t->retire < t->done || (w->retired > 1 && t->seq <= w->sequence);
    w->last = t->retire;
    w->sequence = t->seq;
}

static void tick(void *ctx, cycle end)
{
    struct watch *w = ctx;
    w->intervals++;
    w->disorder += end != w->intervals * 100;
}

static void an_observer_sees_every_instruction_and_interval(void **state)
{
    for (u32 m = 0; m < COUNT(both); m++) {
        struct arena *a = arena_new();
        struct core *c = core_of(a, both[m]), *unseen = core_of(a, both[m]);
        struct watch w = { 0 };
        struct observer o = { see, tick, 100, &w };
        core_observe(c, &o);
        toss(c, 2000);
        toss(unseen, 2000);
        core_drain(c);
        core_drain(unseen);
        struct core_stats s = stats_of(c);
        assert_int_equal(w.retired, s.instructions);
        assert_int_equal(w.wrong > 0, m == 1);   // the fast model has no wrong paths
        assert_int_equal(w.disorder, 0);
        assert_true(w.intervals >= s.cycles / 100 - 1 && w.intervals <= s.cycles / 100);
        assert_int_equal(s.cycles, stats_of(unseen).cycles);
        core_observe(c, NULL);
        toss(c, 10);
        core_drain(c);
        assert_int_equal(w.retired, s.instructions);
        arena_free(a);
    }
}

// -- Batches --

enum { WORDS = 1024, STEPS = 40000, TAPE = 3 * STEPS };

// add x1, x1, x2; ldr x3, [x4]; str x3, [x5]; mul x1, x1, x1; cbz x1, .+20; b START
static const u32 kinds[] = { 0x8b020021, 0xf9400083, 0xf90000a3, 0x9b017c21, 0xb40000a1 };

static u32 draw(u32 *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 16;
}

// How a walk is told of: `ahead` definitions at once, with or without what is no instruction.
struct telling {
    u32 ahead;
    bool others;
};

struct walk {
    struct record tape[TAPE];
    size_t n;
    bool defined[WORDS];
};

static u32 word_of(u32 k, u32 epoch)
{
    u32 random = k * 7 + (k % 5 ? 0 : epoch);   // a fifth of the code is another in each epoch
    return k == WORDS - 1 ? 0x14000000 | (-(WORDS - 1) & 0x3ffffff)
                          : kinds[draw(&random) % COUNT(kinds)];
}

static void tell(struct walk *w, u32 k, u32 epoch, const struct telling *how)
{
    static const struct record call = { RECORD_OTHER | (u64)RECORD_SYSCALL << 56, 172 };
    for (u32 n = k; n < WORDS && n < k + how->ahead; n++)
        if (!w->defined[n])
            w->tape[w->n++] = (struct record){ RECORD_DEF | (START + 4 * n), word_of(n, epoch) };
    memset(w->defined + k, true, k + how->ahead < WORDS ? how->ahead : WORDS - k);
    if (how->others && w->n % 3 == 0)
        w->tape[w->n++] = call;
}

// Random ways through code that is come to bit by bit and changes now and then.
static struct walk *wander(struct arena *a, const struct telling *how)
{
    struct walk *w = ARENA_NEW(a, struct walk);
    u32 random = 1, k = 0, epoch = 0;
    for (u32 n = 0; n < STEPS; n++) {
        if (n % 10000 == 9999) {
            epoch++;
            memset(w->defined, false, sizeof(w->defined));
        }
        if (!w->defined[k])
            tell(w, k, epoch, how);
        u32 word = word_of(k, epoch), was = k;
        bool taken = word == kinds[4] ? draw(&random) & 1 : k == WORDS - 1;
        k = word == kinds[4] && taken ? k + 5 : taken ? 0 : k + 1;
        k = k < WORDS ? k : 0;
        bool memory = word == kinds[1] || word == kinds[2];
        w->tape[w->n++] = (struct record){ START + 4 * was + (taken ? RECORD_TAKEN : 0),
                                           memory  ? DATA + 8 * (draw(&random) % 64)
                                           : taken ? START + 4 * k
                                                   : 0 };
        if (taken && k != was + 5)
            w->tape[w->n - 1].addr = START + 4 * k;
    }
    return w;
}

static void add_up(void *ctx, const struct stat_group *g, const struct stat_row *row)
{
    u64 *sum = ctx;
    *sum = *sum * 0x9e3779b97f4a7c15 + stat_value(g, row);
}

static void add_cost(void *ctx, u32 path, vaddr pc, const struct cost *cost)
{
    u64 *sum = ctx;
    for (u32 k = 0; k < STACK_COUNT; k++)
        *sum += cost->slots[k] * (pc * STACK_COUNT + k);
    for (u32 k = 0; k < EVENT_COUNT; k++)
        *sum += cost->events[k] * (pc * EVENT_COUNT + 31 + k);
}

struct outcome {
    cycle cycles, now;
    u64 counters, costs, stack[STACK_COUNT];
};

static struct outcome in_batches(const struct walk *w, const char *model, size_t batch, u32 paths)
{
    struct outcome out = { 0 };
    struct arena *a = arena_new();
    struct core *c = core_of(a, model);
    struct stat_group groups[CORE_GROUPS];
    core_profile(c);
    for (size_t k = 0; k < w->n; k += batch) {
        core_path(c, (u32)(k / batch % paths));
        core_feed(c, w->tape + k, w->n - k < batch ? w->n - k : batch);
    }
    out.now = core_now(c);
    core_drain(c);
    struct core_stats s = stats_of(c);
    core_counters(&s, groups);
    stat_walk(groups, add_up, &out.counters);
    core_each_cost(c, add_cost, &out.costs);
    memcpy(out.stack, s.stack, sizeof(s.stack));
    out.cycles = s.cycles;
    arena_free(a);
    return out;
}

static void records_give_the_same_however_they_are_cut(void **state)
{
    static const size_t batch[] = { 1, 7, 1000, 4096, TAPE };
    static const struct telling how[] = { { 1, false }, { 1, true }, { 24, false } };
    for (u32 m = 0; m < COUNT(both); m++) {
        struct outcome first = { 0 };
        for (u32 t = 0; t < COUNT(how); t++) {
            struct arena *a = arena_new();
            const struct walk *w = wander(a, &how[t]);
            for (u32 k = 0; k < COUNT(batch); k++) {
                struct outcome o = in_batches(w, both[m], batch[k], 1 + k);
                if (t + k == 0)
                    first = o;
                assert_memory_equal(&o, &first, sizeof(o));
            }
            arena_free(a);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drained_core_goes_on),
        cmocka_unit_test(draining_twice_does_nothing_more),
        cmocka_unit_test(warming_takes_no_time),
        cmocka_unit_test(warmed_caches_do_not_miss),
        cmocka_unit_test(warming_does_not_depend_on_its_batches),
        cmocka_unit_test(another_model_goes_on_with_the_parts),
        cmocka_unit_test(what_one_model_fused_does_not_bind_the_other),
        cmocka_unit_test(an_unknown_model_changes_nothing),
        cmocka_unit_test(every_slot_has_its_instruction),
        cmocka_unit_test(a_chain_waits_for_itself),
        cmocka_unit_test(an_observer_sees_every_instruction_and_interval),
        cmocka_unit_test(records_give_the_same_however_they_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
