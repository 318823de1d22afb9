// Saved state: it goes on as if nothing had been, and damage is an error.
#include "test.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/save.h"
#include "core/parts.h"

enum { START = 0x20000, DATA = 0x400000, HEAD = 16, SECTION = 32, PLACES = 64 };

// ldr x1, [x2]; str x1, [x3]; b.ne .+8; bl .+32; ret; br x5; cbz x0, .+12; nop
static const u32 words[8] = { 0xf9400041, 0xf9000061, 0x54000041, 0x94000008,
                              0xd65f03c0, 0xd61f00a0, 0xb4000060, 0xd503201f };

struct world {
    struct arena *arena;
    struct config config;
    struct core_parts parts;
};

static struct world *open_world(const char *const *sets, size_t n)
{
    struct arena *a = arena_new();
    struct world *w = ARENA_NEW(a, struct world);
    struct err e = { "" };
    w->arena = a;
    bool ok = config_load(&w->config, a, "m2-avalanche", sets, n, &e) &&
              parts_new(&w->parts, a, &w->config, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
    return w;
}

static u64 draw(u64 *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed >> 11;
}

static void define(struct world *w)
{
    for (u32 k = 0; k < PLACES; k++) {
        struct record r = { RECORD_DEF | (START + 4 * k), words[k % 8] };
        parts_warm(&w->parts, &r, 1);
    }
}

// What the line of `data` holds: its words point elsewhere.
static void tell(struct world *w, vaddr data)
{
    for (u32 k = 0; k < RECORD_WORDS; k++) {
        vaddr at = (data & ~(vaddr)(RECORD_LINE - 1)) + 8 * k;
        struct record r = record_other(RECORD_WORD, at, DATA + at * 0x9e3779b1 % 0x800000);
        r.head |= RECORD_POINTS;
        parts_warm(&w->parts, &r, 1);
    }
}

// Random accesses and branches, and what the predictors of loads are told of by models.
static void use(struct world *w, u64 seed, u32 n)
{
    for (u32 k = 0; k < n; k++) {
        u32 place = (u32)draw(&seed) % PLACES, kind = place % 8;
        vaddr pc = START + 4 * place, data = DATA + draw(&seed) % 0x800000;
        bool taken = kind >= 3 && kind <= 5 ? true : draw(&seed) & 1;
        struct record r = { pc, 0 };
        if (kind < 2)
            r.addr = data;
        else if (kind < 7 && taken)
            r = (struct record){ pc | RECORD_TAKEN, START + 4 * (draw(&seed) % PLACES) };
        if (k % 4 == 0 && r.addr && kind < 2)
            tell(w, data);
        parts_warm(&w->parts, &r, 1);
        if (w->parts.lap && kind == 0)
            lap_train(w->parts.lap, pc, data, lap_predict(w->parts.lap, pc));
        if (kind == 1 && draw(&seed) % 4 == 0)
            memdep_violation(w->parts.waits, pc + 4 * (draw(&seed) % 8), pc);
        if (kind == 1)
            memdep_met(w->parts.forwards, pc - 4, pc);
    }
}

static struct counters {
    struct hierarchy_stats memory;
    struct tlb_stats tlb;
    struct bpred_stats branch;
    struct memdep_stats waits, forwards;
    struct lap_stats lap;
} counters_of(const struct world *w)
{
    struct counters c;
    memset(&c, 0, sizeof(c));
    c.memory = hierarchy_stats(w->parts.memory);
    c.tlb = tlb_stats(w->parts.tlb);
    c.branch = bpred_stats(w->parts.branch);
    c.waits = memdep_stats(w->parts.waits);
    c.forwards = memdep_stats(w->parts.forwards);
    if (w->parts.lap)
        c.lap = lap_stats(w->parts.lap);
    return c;
}

// A core that has run for a while, and its saved bytes.
static u8 *saved(struct world *w, size_t *size)
{
    struct save *s = save_new();
    struct err e;
    define(w);
    use(w, 1, 100000);
    parts_save(&w->parts, s);
    assert_true(save_ok(s, &e));
    const void *data = save_data(s, size);
    u8 *copy = malloc(*size);
    memcpy(copy, data, *size);
    save_free(s);
    return copy;
}

// A new core from saved bytes, which is to be used only if *ok.
static struct world *loaded(const u8 *data, size_t size, const char *const *sets, size_t n,
                            bool *ok, struct err *e)
{
    struct world *w = open_world(sets, n);
    struct save *s = save_open(data, size, e);
    if (s)
        parts_save(&w->parts, s);
    *ok = s && save_ok(s, e);
    save_free(s);
    return w;
}

static void go_on_alike(const char *const *sets, size_t n)
{
    size_t size;
    bool ok;
    struct err e = { "" };
    struct world *a = open_world(sets, n);
    u8 *data = saved(a, &size);
    struct world *b = loaded(data, size, sets, n, &ok, &e);
    assert_string_equal(e.text, "");
    assert_true(ok);
    define(b);
    use(a, 2, 100000);
    use(b, 2, 100000);
    struct counters ca = counters_of(a), cb = counters_of(b);
    assert_true(ca.branch.mispredicted > 1000 && ca.memory.l1d.read_misses > 1000);
    assert_true(ca.waits.violations > 1000 && ca.lap.loads > 1000);
    assert_memory_equal(&ca, &cb, sizeof(ca));
    arena_free(a->arena);
    arena_free(b->arena);
    free(data);
}

static void a_core_goes_on_as_if_it_had_not_been_saved(void **state)
{
    go_on_alike(NULL, 0);
}

static void so_it_does_with_other_policies(void **state)
{
    static const char *const sets[] = { "core.branch.predictor=gshare",
                                        "core.prefetch.l1d.policy=stride",
                                        "core.prefetch.l2.policy=stream",
                                        "core.l2.replacement=srrip" };
    go_on_alike(sets, COUNT(sets));
}

static void so_it_does_with_prefetchers_that_see_fills(void **state)
{
    static const char *const beside[] = { "core.prefetch.pointers=true" };
    static const char *const alone[] = { "core.prefetch.l1d.policy=pointers",
                                         "core.prefetch.l2.policy=pointers" };
    go_on_alike(beside, COUNT(beside));
    go_on_alike(alone, COUNT(alone));
}

static void another_core_is_refused(void **state)
{
    static const char *const sets[] = { "core.l1d.size=65536" };
    size_t size;
    bool ok;
    struct err e = { "" };
    struct world *a = open_world(NULL, 0);
    u8 *data = saved(a, &size);
    struct world *b = loaded(data, size, sets, 1, &ok, &e);
    assert_false(ok);
    assert_string_equal(e.text, "saved state: section memory is of a core with other parameters");
    arena_free(a->arena);
    arena_free(b->arena);
    free(data);
}

static void rehash(u8 *data, size_t size)
{
    u64 digest = XXH3_64bits(data + HEAD, size - HEAD);
    memcpy(data + 8, &digest, sizeof(digest));
}

// Where section `k` begins, or `size`.
static size_t section(const u8 *data, size_t size, u32 k)
{
    size_t at = HEAD;
    for (; k && at + SECTION <= size; k--) {
        u64 bytes;
        memcpy(&bytes, data + at + 24, sizeof(bytes));
        at += SECTION + bytes;
    }
    return at;
}

static void a_changed_byte_is_noticed_by_the_digest(void **state)
{
    size_t size;
    struct world *a = open_world(NULL, 0);
    u8 *data = saved(a, &size);
    for (u64 k = 0, seed = 3; k < 200; k++) {
        struct err e = { "" };
        size_t at = draw(&seed) % size;
        data[at] ^= 1;
        assert_null(save_open(data, size, &e));
        assert_true(e.text[0]);
        data[at] ^= 1;
    }
    arena_free(a->arena);
    free(data);
}

// With the digest put right: what is read must be refused, or do no harm when used.
static void damage_with_the_right_digest_does_no_harm(void **state)
{
    enum { SECTIONS = 6, TRIES = 60 };
    size_t size;
    u32 refused = 0;
    struct world *a = open_world(NULL, 0);
    u8 *data = saved(a, &size), *bad = malloc(size);
    for (u64 k = 0, seed = 4; k < TRIES; k++) {
        bool ok;
        struct err e = { "" };
        size_t from = section(data, size, k % SECTIONS), to = section(data, size, k % SECTIONS + 1);
        memcpy(bad, data, size);
        for (u32 n = 0; n < 1 + k % 7; n++) {
            size_t span = k % 2 ? to - from : 128;   // the beginning has the header and counts
            bad[from + draw(&seed) % (span < to - from ? span : to - from)] = (u8)draw(&seed);
        }
        rehash(bad, size);
        struct world *b = loaded(bad, size, NULL, 0, &ok, &e);
        refused += !ok;
        assert_true(ok || e.text[0]);
        if (ok) {
            define(b);
            use(b, k + 1, 2000);
        }
        arena_free(b->arena);
    }
    assert_true(refused > TRIES / 4);
    arena_free(a->arena);
    free(data);
    free(bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_core_goes_on_as_if_it_had_not_been_saved),
        cmocka_unit_test(so_it_does_with_other_policies),
        cmocka_unit_test(so_it_does_with_prefetchers_that_see_fills),
        cmocka_unit_test(another_core_is_refused),
        cmocka_unit_test(a_changed_byte_is_noticed_by_the_digest),
        cmocka_unit_test(damage_with_the_right_digest_does_no_harm),
    };
    return cmocka_run_group_tests_name("save", tests, NULL, NULL);
}
