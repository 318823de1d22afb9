// Each parameter of core.def moves the counters of the models that core.def says read it, and
// those of no other.
//
// Programs of one behaviour a block go through a small core; then one parameter is changed to
// a few other values of its range, and whatever either model counts is compared.
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "core/counters.h"

enum {
    CODE = 0x100000,
    CODE_WORDS = 1 << 18,
    DATA = 0x40000000,
    MOST = 1 << 17,
    PAGE = 16384,
};

// Small enough for all to be full now and then.
static const char *const small[] = {
    "core.l1i.size=24KiB",
    "core.l1d.size=16KiB",
    "core.l2.size=64KiB",
    "core.slc.size=128KiB",
    "core.itlb.entries=24",
    "core.dtlb.entries=16",
    "core.l2tlb.entries=48",
    "core.branch.btb1.entries=64",
    "core.branch.btb2.entries=256",
    "core.l2tlb.walkers=2",
    "core.lap.train=8",
};

// What has to hold for a parameter to be read at all.
static const struct given {
    const char *path, *sets[3];
} given[] = {
    { "branch.counters", { "core.branch.predictor=bimodal" } },
    { "branch.outcomes", { "core.branch.predictor=gshare" } },
    { "branch.tage.useful", { "core.branch.phrt=1", "core.branch.phrb=1" } },
    { "branch.tage.period", { "core.branch.phrt=1", "core.branch.phrb=1" } },
    { "scheduler.u7", { "core.units.int=8", "core.scheduler.u7=24", "core.scheduler.u8=24" } },
    { "scheduler.u8", { "core.units.int=8", "core.scheduler.u7=24", "core.scheduler.u8=24" } },
    { "units.int", { "core.scheduler.u7=24", "core.scheduler.u8=24" } },
    { "replacement.srrip_bits", { "core.l1d.replacement=srrip" } },
    { "replacement.dip_leaders", { "core.l1d.replacement=dip" } },
    { "replacement.dip_vote", { "core.l1d.replacement=dip", "core.replacement.dip_vote=4" } },
    { "replacement.dip_rarely", { "core.l1d.replacement=dip" } },
    { "prefetch.l1i.distance", { "core.prefetch.l1i.policy=stream" } },
    { "prefetch.l1i.entries", { "core.prefetch.l1i.policy=stream" } },
    { "prefetch.pointers_filter", { "core.prefetch.pointers=true" } },
};

// -- The programs --

struct program {
    struct record record[MOST];
    size_t count;
    u64 defined[CODE_WORDS / 64];
    u64 pc, seed;
};

static u64 draw(struct program *p)
{
    p->seed = p->seed * 6364136223846793005 + 1442695040888963407;
    return p->seed >> 33;
}

static void put(struct program *p, u64 head, u64 addr)
{
    assert_true(p->count < MOST);
    p->record[p->count++] = (struct record){ head, addr };
}

static void define(struct program *p, u32 word)
{
    u64 n = (p->pc - CODE) / 4;
    assert_true(n < CODE_WORDS);
    if (p->defined[n / 64] >> n % 64 & 1)
        return;
    p->defined[n / 64] |= 1ull << n % 64;
    put(p, p->pc | RECORD_DEF, word);
}

// An instruction that goes on with the next one; `addr` is that of a memory access.
static void on(struct program *p, u32 word, u64 addr)
{
    define(p, word);
    put(p, p->pc, addr);
    p->pc += 4;
}

static void jump(struct program *p, u32 word, u64 target)
{
    define(p, word);
    put(p, p->pc | RECORD_TAKEN, target);
    p->pc = target;
}

static void go(struct program *p, u64 target)
{
    jump(p, 0x14000000 | ((u32)((i64)(target - p->pc) / 4) & 0x3ffffff), target);
}

// cbz x5, over the next instruction, which is there when the branch is not taken.
static void maybe(struct program *p, bool taken)
{
    if (taken) {
        jump(p, 0xb4000045, p->pc + 8);
    } else {
        on(p, 0xb4000045, 0);
        on(p, 0xd503201f, 0);
    }
}

static u32 add_imm(u32 d, u32 n)
{
    return 0x91000400 | n << 5 | d;
}

static u32 ldr(u32 t, u32 n)
{
    return 0xf9400000 | n << 5 | t;
}

static u32 str(u32 t, u32 n)
{
    return 0xf9000000 | n << 5 | t;
}

// Arithmetic, pairs that fuse, constants, moves: in chains and side by side.
static void arithmetic(struct program *p)
{
    static const u32 words[] = {
        0xf100053f, 0x54000040,   // cmp x9, #1; b.eq
        0x4e284820, 0x4e286800,   // aese; aesmc
        0x90000003, 0x91001063,   // adrp x3; add x3, x3, #4
        0x0ee2e023, 0x6e231c83,   // pmull v3.1q, v1.1d, v2.1d; eor v3.16b, v4.16b, v3.16b
        0xd2800024, 0xf2a00044,   // movz x4; movk x4
        0xaa0603e5,               // mov x5, x6
        0xd28000a7, 0xd28000c7, 0xd28000e7, 0xd2800107, 0xd2800127,   // mov x7, #n
        0x9b097d08, 0x9ac20825,   // mul x8, x8, x9; udiv x5, x1, x2
        0x1e612800, 0x1e620842, 0x1e612863,   // fadd d0, d0, d1; fmul d2, d2, d2; fadd d3
        0xab020021, 0xba030042,   // adds x1, x1, x2; adcs x2, x2, x3
        0xb1000529, 0xb4000049,   // adds x9, x9, #1; cbz x9
        0x91000529, 0xb4000049,   // add x9, x9, #1; cbz x9
    };
    for (u32 k = 0; k < COUNT(words); k++)
        on(p, words[k], 0);
    for (u32 k = 0; k < 12; k++)   // udiv x5, x1, x2: of quotients of up to 64 bits
        on(p, 0x9ac20825, k * 64 / 11);
    on(p, 0x8b0100a1, 0);          // add x1, x5, x1
    for (u32 k = 0; k < 48; k++)
        on(p, add_imm(k % 5 + 10, k % 5 + 10), 0);
    for (u32 k = 0; k < 96; k++)
        on(p, 0x1e612800 | (k % 2) << 5 | k % 2, 0);
}

// Branches that a coin decides, some by the coin of another, and jumps and calls by either.
static void branches(struct program *p)
{
    u64 coin = draw(p);
    for (u32 k = 0; k < 10; k++)
        maybe(p, coin >> k % 5 & 1);
    for (u32 k = 0; k < 24; k++) {
        u64 to = p->pc + 64 + (k % 3 ? 256 * (coin >> k % 4 & 3) : 0), next = p->pc + 4;
        jump(p, 0xd61f00a0, to);   // br x5
        go(p, next);
    }
}

// Many branches that nobody can foresee.
static void noise(struct program *p)
{
    for (u32 k = 0; k < 64; k++)
        maybe(p, draw(p) & 1);
}

// More calls within one another than the return stack has room for.
static void calls(struct program *p)
{
    u64 back[60];
    for (u32 k = 0; k < COUNT(back); k++) {
        back[k] = p->pc + 4;
        jump(p, 0x94000004, p->pc + 16);
    }
    for (u32 k = COUNT(back); k-- > 0;)
        jump(p, 0xd65f03c0, back[k]);
    go(p, back[COUNT(back) - 1] + 64);
}

// Taken branches on more places than the buffers have.
static void taken(struct program *p)
{
    for (u32 k = 0; k < 400; k++)
        go(p, p->pc + (k % 3 ? 8 : 72));
}

// Stores and the loads that read them: at once, across lines, of two stores, too early.
static void forwarding(struct program *p, u64 round)
{
    for (u32 k = 0; k < 90; k++) {
        u64 at = DATA + 256 * k;
        on(p, str(1, 20), at);
        on(p, ldr(1, 20), at);
    }
    u64 line = DATA + 0x8000;
    on(p, str(1, 20), line + 56);
    on(p, str(2, 20), line + 64);
    on(p, ldr(3, 20), line + 60);        // of two lines
    on(p, str(1, 20), line + 124);
    on(p, ldr(1, 20), line + 124);       // crosses one
    on(p, 0xfd000280, line + 192);       // str d0, [x20]; ldr q0, [x20]: of which it has half
    on(p, 0x3dc00280, line + 192);
    for (u32 k = 0; k < 6; k++) {
        on(p, 0x9ac20825, 0);            // udiv x5: the store's address is late
        on(p, str(3, 5), line + 512);
        on(p, ldr(4, 6), line + 512 + (draw(p) & 1 ? 0 : 64));
        on(p, add_imm(4, 4), 0);
    }
    u64 sum = p->pc;
    for (u32 k = 0; k < 12; k++) {       // what a unit made, stored and loaded
        p->pc = sum;
        on(p, add_imm(1, 1), 0);
        on(p, str(1, 20), line + 768);
        on(p, ldr(1, 20), line + 768);
    }
    for (u32 k = 0; k < 12; k++) {       // address and data of the store by one chain
        on(p, ldr(7, 7), line + 1024);
        on(p, str(7, 7), line + 1024);
    }
    for (u32 k = 0; k < 12; k++) {       // two registers, and one of 16 bytes
        on(p, 0xa9003e8e, line + 1280);  // stp x14, x15
        on(p, 0xa9403e8e, line + 1280);
        on(p, 0x3d800285, line + 1536);  // str q5
        on(p, 0x3dc00285, line + 1536);
    }
    on(p, ldr(3, 20), line + 0x1000 - 4 + 64 * (round & 7));
    for (u32 k = 0; k < 6; k++)
        on(p, ldr(3, 3), DATA + 3 * PAGE - 4);
    on(p, ldr(3, 3), line + 12);
    on(p, ldr(3, 3), line + 20);
}

// Loads whose addresses are those of the values before, at strides, now and then elsewhere.
static void strides(struct program *p, u64 round)
{
    u64 start = p->pc;
    for (u32 turn = 0; turn < 120; turn++) {   // many are under way before the first is known
        u64 n = 120 * round + turn, off = round % 2 && turn > 100 ? 4096 : 0;
        on(p, 0x9ac20908, 0);   // udiv x8, x8, x2: the addresses are late
        on(p, ldr(8, 8), DATA + 0x20000 + 8 * (n % 512) + off);
        on(p, ldr(9, 8), DATA + 0x24000 + 136 * turn);
        on(p, ldr(10, 9), DATA + 0x28000);
        on(p, add_imm(10, 10), 0);
        if (turn < 119)
            go(p, start);
    }
}

// The words of a line that will be read: where others of its kind are.
static void tell(struct program *p, u64 line)
{
    for (u32 k = 0; k < RECORD_WORDS; k++) {
        struct record r = record_other(RECORD_WORD, line + 8 * k,
                                       DATA + 0x800000 + ((line * 64 + k * 4096) & 0xffff8));
        put(p, r.head | RECORD_POINTS, r.addr);
    }
}

// Streams through memory, and places nobody can foresee.
static void misses(struct program *p, u64 round)
{
    for (u32 k = 0; k < 3; k++)
        on(p, ldr(11, 20), DATA + 0x100000 + 0x40000 * k + 64 * round * (k + 1));
    on(p, ldr(11, 20), DATA + 0x300000 - 64 * round);
    on(p, ldr(11, 20), DATA + 0x340000 + 640 * round);
    for (u32 k = 0; k < 12; k++)
        on(p, ldr(12, 20), DATA + 0x400000 + (draw(p) & 0x1ffff8));
    for (u32 k = 0; k < 6; k++)
        on(p, str(12, 20), DATA + 0x600000 + (draw(p) & 0xfff8));
    for (u32 k = 0; k < 12; k++)   // whole lines
        on(p, 0x3d800280, DATA + 0x900000 + 192 * round + 16 * k);
    for (u32 k = 0; k < 24; k++)
        on(p, ldr(12, 20), DATA + 0x700000 + (draw(p) & 0x7ff8));
    for (u32 k = 0; k < 4; k++) {
        u64 at = DATA + 0x800000 + (draw(p) & 0xffff8);
        tell(p, at & ~63ull);
        on(p, ldr(13, 13), at);
    }
}

// Behind a load from memory, much of one kind.
static void window(struct program *p)
{
    static const u32 words[] = { 0x91000401, 0x1e632864, 0xb1000401, 0xb4000045 };
    static const u32 many[] = { 700, 600, 300, 200 };
    for (u32 w = 0; w < 6; w++) {
        on(p, w == 1 ? 0xfd4001a3 : ldr(13, 13), DATA + 0x1000000 + (draw(p) & 0xfffff8));
        for (u32 k = 0; w < COUNT(words) && k < many[w]; k++)
            on(p, words[w], 0);
        for (u32 k = 0; w == 4 && k < 200; k++)
            on(p, ldr(14, 20), DATA + 8 * k);
        for (u32 k = 0; w == 5 && k < 120; k++)
            on(p, str(14, 13), DATA + 8 * k);
    }
}

// A jump to each of many pages and back.
static void pages(struct program *p)
{
    u64 from = p->pc;
    for (u32 k = 0; k < 40; k++) {
        u64 page = draw(p) % 40;
        go(p, CODE + PAGE * (4 + page) + 128 * page);
        for (u32 n = 0; n < 20; n++)
            on(p, 0xd503201f, 0);
    }
    go(p, from + 8);
}

// Six branches of a line that turn round every eight passes, until each has a useful entry in each
// table of TAGE, and two that nobody can foresee, which find no place there. All are at, and go
// to, multiples of 8: a history of one bit is 0 for all, so that they share their sets.
static void full_tables(struct program *p)
{
    u64 start = p->pc;
    for (u32 pass = 0; pass < 160; pass++) {
        for (u32 k = 0; k < 8; k++)
            maybe(p, k < 6 ? pass / 8 % 2 : draw(p) % 2);
        go(p, start);
    }
}

static struct program *program_new(struct arena *a)
{
    struct program *p = ARENA_NEW(a, struct program);
    p->seed = 1;
    for (u64 round = 0; round < 90; round++) {
        p->pc = CODE;
        arithmetic(p);
        for (u32 k = 0; k < 4; k++) {
            p->pc = CODE + 0x800;
            branches(p);
        }
        p->pc = CODE + 0x4000;
        noise(p);
        p->pc = CODE + 0x1000;
        misses(p, round);
        if (round % 9 == 1)
            strides(p, round / 9);
        p->pc = CODE + 0x2000;
        if (round % 3 == 0)
            forwarding(p, round);
        p->pc = CODE + 0x5000;
        if (round % 15 == 0)
            window(p);
        p->pc = CODE + 0x3000;
        if (round % 6 == 0)
            calls(p);
        p->pc = CODE + 0x7000;
        if (round % 10 == 0)
            taken(p);
        p->pc = CODE + 0xf000;
        if (round % 10 == 5)
            pages(p);
    }
    p->pc = CODE + 0x40000;
    full_tables(p);
    return p;
}

// -- What a core counts --

static u64 mix(u64 h, const void *data, size_t n)
{
    for (const u8 *p = data; n--; p++)
        h = (h ^ *p) * 0x100000001b3;
    return h;
}

static void mix_counter(void *ctx, const struct stat_group *g, const struct stat_row *row)
{
    u64 value = stat_value(g, row);
    *(u64 *)ctx = mix(*(u64 *)ctx, &value, sizeof(value));
}

// Of all that has a path, and of the causes of lost slots.
static u64 digest(struct core *c)
{
    struct core_stats s;
    struct stat_group groups[CORE_GROUPS];
    core_stats(c, &s);
    core_counters(&s, groups);
    u64 h = mix(0xcbf29ce484222325, s.stack, sizeof(s.stack));
    stat_walk(groups, mix_counter, &h);
    return h;
}

// 0 when the sets do not make a core.
static u64 counted(const struct program *p, const char *model, const char *const *sets, size_t n)
{
    struct arena *a = arena_new();
    struct config *c = ARENA_NEW(a, struct config);
    struct err e;
    u64 h = 0;
    if (config_load(c, a, "m2-avalanche", sets, n, &e)) {
        struct core *core = core_new(a, c, model, &e);
        if (!core)
            fail_msg("%s: %s", sets[n - 1], e.text);
        core_feed(core, p->record, p->count);
        core_drain(core);
        h = digest(core);
    }
    arena_free(a);
    return h;
}

// -- One parameter after another --

struct other {
    char text[12][64];
    u32 count;
};

static void add_other(struct other *o, const struct core_params *p, const struct param *r,
                      double value)
{
    char *text = o->text[o->count], now[64];
    if (value < r->min || value > r->max)
        return;
    snprintf(text, sizeof(o->text[0]), r->kind == PARAM_REAL ? "%.6g" : "%.0f", value);
    param_format(p, r, now, sizeof(now));
    if (strcmp(text, now) != 0)
        o->count++;
}

// Some other values of the parameter.
static struct other others(const struct core_params *p, const struct param *r)
{
    struct other o = { .count = 0 };
    const char *field = (const char *)p + r->offset;
    double v = r->kind == PARAM_REAL      ? *(const double *)field
               : r->kind == PARAM_COUNTED ? (double)*(const u64 *)field
                                          : 0;
    if (r->kind == PARAM_SWITCH)
        snprintf(o.text[o.count++], 64, "%s", *(const bool *)field ? "false" : "true");
    for (const struct choice *c = r->choices; c && c->name; c++)
        if (strcmp(c->name, field) != 0)
            snprintf(o.text[o.count++], 64, "%s", c->name);
    if (r->kind != PARAM_REAL && r->kind != PARAM_COUNTED)
        return o;
    const double values[] = { (double)(u64)(v / 2), v * 2, r->min, v + 1, v - 1,
                              (double)(u64)(v / 4), v * 4, v * 3 };
    for (u32 k = 0; k < COUNT(values); k++)
        add_other(&o, p, r, values[k]);
    if (r->max <= 65536)
        add_other(&o, p, r, r->max);
    return o;
}

static size_t sets_of(const struct param *r, const char **sets)
{
    size_t n = 0;
    for (size_t k = 0; k < COUNT(small); k++)
        sets[n++] = small[k];
    for (size_t k = 0; k < COUNT(given); k++)
        if (strcmp(given[k].path, r->path) == 0)
            for (size_t s = 0; s < COUNT(given[k].sets) && given[k].sets[s]; s++)
                sets[n++] = given[k].sets[s];
    return n;
}

// Whether any other value of the parameter is counted otherwise by the model.
static bool moves(const struct program *p, const struct param *r, const char *model, u64 plain)
{
    const char *sets[COUNT(small) + 4];
    size_t n = sets_of(r, sets);
    struct arena *a = arena_new();
    struct config *c = ARENA_NEW(a, struct config);
    struct err e;
    assert_true(config_load(c, a, "m2-avalanche", sets, n, &e));
    struct other o = others(&c->core, r);
    u64 before = n == COUNT(small) ? plain : counted(p, model, sets, n);
    bool moved = false;
    u32 tried = 0;
    for (u32 k = 0; k < o.count && !moved; k++) {
        char set[128];
        snprintf(set, sizeof(set), "core.%s=%s", r->path, o.text[k]);
        sets[n] = set;
        u64 after = counted(p, model, sets, n + 1);
        tried += after != 0;
        moved = after && after != before;
    }
    if (!tried)
        fail_msg("core.%s: no other value makes a core", r->path);
    arena_free(a);
    return moved;
}

static void check(const char *model)
{
    struct arena *a = arena_new();
    struct program *p = program_new(a);
    u64 plain = counted(p, model, small, COUNT(small));
    assert_true(plain);
    u32 wrong = 0;
    for (size_t k = 0; k < PARAM_COUNT; k++) {
        const struct param *r = &core_table[k];
        if (r->kind == PARAM_TEXT)
            continue;   // names
        bool moved = moves(p, r, model, plain), read = param_read_by(r, model);
        if (moved != read)
            print_error("core.%s: core.def says that the %s model %s it, but its counters %s\n",
                        r->path, model, read ? "reads" : "does not read",
                        moved ? "move" : "do not move");
        wrong += moved != read;
    }
    arena_free(a);
    assert_int_equal(wrong, 0);
}

static void the_fast_model_reads_what_core_def_says(void **state)
{
    check("fast");
}

static void the_detailed_model_reads_what_core_def_says(void **state)
{
    check("detailed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fast_model_reads_what_core_def_says),
        cmocka_unit_test(the_detailed_model_reads_what_core_def_says),
    };
    return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
