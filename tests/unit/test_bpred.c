// The branch unit: what it remembers, learns and forgets.
#include "test.h"

#include <string.h>

#include "base/arena.h"
#include "uarch/bpred/bpred_policy.h"

static const struct bpred_params avalanche = {
    .history = { .phrt_bits = 100, .phrb_bits = 28, .target_bits = 32 },
    .tage = { .counter_bits = 3, .useful_bits = 2, .base_bits = 12, .useful_period = 10 },
    .next_fetch = { .entries = 1024, .width = 16 },
    .override_bubbles = 2,
    .btb = { .l1_entries = 1024,
             .l1_ways = 2,
             .l2_entries = 3072,
             .l2_ways = 12,
             .l2_bubbles = 1,
             .predecode_bytes = 192 << 10,
             .predecode_bubbles = 2,
             .decode_bubbles = 5 },
    .ras = { .entries = 50, .overflow = RAS_CLEAR },
    .indirect = { .index_bits = 10, .tag_bits = 14, .base_bits = 9, .lengths = { 6, 18, 57 } },
};

static int open_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int close_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static u32 coin(u32 *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 31;
}

static bool conditional(struct bpred *b, vaddr pc, bool taken, vaddr target)
{
    return bpred_predict_and_update(b, BRANCH_CONDITIONAL, pc, taken, target).mispredicted;
}

static struct history history_now(struct bpred *b)
{
    struct bpred_prediction p;
    bpred_predict(b, BRANCH_DIRECT, 0x100, 0x200, NULL, &p);
    bpred_recover(b, &p, false, 0);
    return p.history;
}

static void history_takes_target_and_branch_bits(void **state)
{
    struct history h = { 0 };
    struct history_masks m = history_masks(&avalanche.history);
    history_taken(&h, &m, 0x1034, 0x2f0abcd4);
    assert_int_equal(h.phrt_lo, 0x2f0abcd4 >> 2);
    assert_int_equal(h.phrb, 0xd);                         // 0x34 bits 5 to 2
    history_taken(&h, &m, 0x1004, 0);
    assert_int_equal(h.phrt_lo, 0x2f0abcd4 >> 2 << 1);
    assert_int_equal(h.phrb, (0xd << 1) ^ 1);
    for (u32 i = 0; i < 98; i++)
        history_taken(&h, &m, 0, 0);
    assert_int_equal(h.phrt_lo, 0);
    assert_int_equal(h.phrt_hi, 1ull << (99 - 64));        // T[2], 99 shifts on
    assert_int_equal(h.phrb, 0);
}

static void a_branch_not_taken_leaves_no_history(void **state)
{
    struct bpred *b = bpred_new(*state, &avalanche);
    conditional(b, 0x1000, true, 0x2000);
    struct history before = history_now(b);
    conditional(b, 0x2000, false, 0x3000);
    struct history after = history_now(b);
    assert_int_equal(after.outcomes, before.outcomes << 1);   // of the path, that is
    after.outcomes = before.outcomes;
    assert_memory_equal(&before, &after, sizeof before);
    conditional(b, 0x2000, true, 0x3000);
    after = history_now(b);
    assert_memory_not_equal(&before, &after, sizeof before);
}

// Bits of the published equations, read off by hand.
static void hashes_are_those_measured(void **state)
{
    struct tage *t = tage_new(*state, &avalanche.tage, &avalanche.history);
    struct tage_lookup zero, l;
    struct history h = { 0 };
    tage_predict(t, &h, 0, &zero);
    for (u32 i = 0; i < TAGE_TABLES; i++)
        assert_int_equal(tage_index(&zero, i) | tage_tag(&zero, i), 0);
    tage_predict(t, &h, 1 << 6, &l);                       // PC[6]: index alone
    for (u32 i = 0; i < TAGE_TABLES; i++) {
        assert_int_equal(tage_index(&l, i), 1);
        assert_int_equal(tage_tag(&l, i), 0);
    }
    tage_predict(t, &h, 1 << 9 | 1 << 2, &l);
    assert_int_equal(tage_index(&l, 5), 1 << 8);
    assert_int_equal(tage_tag(&l, 5), 1 << 2 | 1 << 15);
    assert_int_equal(tage_index(&l, 3), 0);
    h.phrt_lo = 1ull << 43;                                // PHRT[43]: tables 4 and 5 only
    tage_predict(t, &h, 0, &l);
    assert_int_equal(tage_index(&l, 5), 1 << 1);
    assert_int_equal(tage_tag(&l, 5), 1 << 7);
    assert_int_equal(tage_index(&l, 4), 0);
    assert_int_equal(tage_tag(&l, 4), 1 << 7);
    assert_int_equal(tage_tag(&l, 3) | tage_index(&l, 3), 0);
    h = (struct history){ .phrt_hi = 1ull << 35, .phrb = 1 << 20 };   // PHRT[99], PHRB[20]
    tage_predict(t, &h, 0, &l);
    assert_int_equal(tage_index(&l, 5), 1 << 2 | 1 << 6);
    assert_int_equal(tage_tag(&l, 5), 1 << 3 | 1 << 11);
}

static void shorter_histories_leave_bits_out(void **state)
{
    struct history_params blizzard = { .phrt_bits = 60, .phrb_bits = 16, .target_bits = 48 };
    struct tage *t = tage_new(*state, &avalanche.tage, &blizzard);
    struct history h = { .phrt_lo = 1ull << 60, .phrb = 1 << 20 };
    struct tage_lookup l;
    tage_predict(t, &h, 0, &l);
    for (u32 i = 0; i < TAGE_TABLES; i++)
        assert_int_equal(tage_index(&l, i) | tage_tag(&l, i), 0);
}

// Wrong predictions in the last 100 of 500 visits of a loop that runs n times.
static u32 loop_exits_wrong(struct bpred *b, u32 n)
{
    u32 wrong = 0;
    for (u32 visit = 0; visit < 500; visit++) {
        for (u32 i = 0; i < n; i++) {
            bool w = conditional(b, 0x10040, i + 1 < n, 0x10000);
            wrong += visit >= 400 && w;
        }
        bpred_predict_and_update(b, BRANCH_DIRECT, 0x10060, true, 0x0f000);
        bpred_predict_and_update(b, BRANCH_DIRECT, 0x0f010, true, 0x10000);
    }
    return wrong;
}

static void a_loop_within_the_history_is_learned(void **state)
{
    assert_int_equal(loop_exits_wrong(bpred_new(*state, &avalanche), 10), 0);
    assert_int_equal(loop_exits_wrong(bpred_new(*state, &avalanche), 90), 0);
}

static void a_loop_longer_than_the_history_is_left_wrongly(void **state)
{
    assert_in_range(loop_exits_wrong(bpred_new(*state, &avalanche), 200), 90, 200);
}

// 0x1000 goes either way by a coin; 0x2000, on both paths, the same way.
static void a_branch_follows_an_earlier_one(void **state)
{
    struct bpred *b = bpred_new(*state, &avalanche);
    u32 seed = 1, first = 0, second = 0;
    for (u32 i = 0; i < 20000; i++) {
        bool way = coin(&seed);
        bool w1 = conditional(b, 0x1000, way, 0x1800);
        bpred_predict_and_update(b, BRANCH_DIRECT, way ? 0x1810 : 0x1010, true, 0x2000);
        bool w2 = conditional(b, 0x2000, way, 0x2100);
        bpred_predict_and_update(b, BRANCH_DIRECT, way ? 0x2104 : 0x2004, true, 0x1000);
        first += i >= 10000 && w1;
        second += i >= 10000 && w2;
    }
    assert_in_range(first, 4000, 6000);     // nobody can do better than half
    assert_in_range(second, 0, 100);        // under 1 %
}

static void the_first_level_holds_1024_branches_the_second_3072(void **state)
{
    static const struct {
        u32 branches, stride, level;
    } knees[] = {
        { 1024, 4, 0 }, { 1536, 4, 1 }, { 512, 8, 0 },   { 768, 8, 1 },
        { 3072, 4, 1 }, { 4096, 4, 2 }, { 24576, 4, 2 }, { 49152, 4, 2 },
    };
    for (u32 k = 0; k < COUNT(knees); k++) {
        struct btb *b = btb_new(*state, &avalanche.btb);
        for (u32 pass = 0; pass < 2; pass++) {
            for (u32 n = 0; n < knees[k].branches; n++) {
                vaddr pc = 0x100000 + (vaddr)n * knees[k].stride;
                struct btb_answer r = btb_taken(b, pc, pc + knees[k].stride);
                if (pass)
                    assert_int_equal(r.level, knees[k].level);
                if (pass && r.level < 2)
                    assert_int_equal(r.target, pc + knees[k].stride);
                if (pass)
                    assert_int_equal(r.bubbles, knees[k].level);
            }
        }
    }
}

// Cycles a branch of the second of two passes over `branches` in a row.
static double a_branch(void *a, const struct btb_params *p, u32 branches)
{
    struct btb *b = btb_new(a, p);
    u64 sum = 0;
    for (u32 pass = 0; pass < 16; pass++)
        for (vaddr pc = 0x100000; pc < 0x100000 + (vaddr)branches * 4; pc += 4) {
            u32 bubbles = btb_taken(b, pc, pc + 4).bubbles;
            sum += pass < 8 ? 0 : 1 + bubbles;
        }
    return (double)sum / branches / 8;
}

// The curve of the M2's P core has 1.73 cycles at 1280 branches, 2.58 at 2048, 2.06 at 3072,
// 2.38 at 6144 and 2.76 at 12288 (measured/m2-probes.csv).
static void read_ahead_and_given_up_at_random_the_levels_make_the_measured_curve(void **state)
{
    static const struct {
        u32 branches;
        double cycles;
    } points[] = { { 1000, 1.03 }, { 1280, 1.73 }, { 2048, 2.58 },
                   { 3072, 2.06 }, { 6144, 2.38 }, { 12288, 2.76 } };
    struct btb_params p = avalanche.btb;
    p.l2_entries = 4096;
    p.l2_ways = 4;
    p.l2_warm = 7;
    p.random = true;
    for (u32 k = 0; k < COUNT(points); k++) {
        double cycles = a_branch(*state, &p, points[k].branches);
        assert_true(cycles > points[k].cycles - 0.3 && cycles < points[k].cycles + 0.3);
    }
}

static void returns_pair_with_calls_to_the_depth_of_the_stack(void **state)
{
    struct ras *r = ras_new(*state, &avalanche.ras);
    for (vaddr n = 1; n <= 50; n++)
        ras_push(r, n);
    for (vaddr n = 50; n >= 1; n--)
        assert_int_equal(ras_pop(r), n);
    assert_int_equal(ras_pop(r), 0);
}

static u32 good_returns(void *a, enum ras_overflow overflow, u32 depth)
{
    struct ras_params p = { .entries = 50, .overflow = overflow };
    struct ras *r = ras_new(a, &p);
    u32 good = 0;
    for (vaddr n = 1; n <= depth; n++)
        ras_push(r, n);
    for (vaddr n = depth; n >= 1; n--)
        good += ras_pop(r) == n;
    return good;
}

static void overflow_does_what_the_parameter_says(void **state)
{
    assert_int_equal(good_returns(*state, RAS_CLEAR, 51), 1);
    assert_int_equal(good_returns(*state, RAS_CLEAR, 100), 50);   // half, as measured
    assert_int_equal(good_returns(*state, RAS_CLEAR, 101), 1);
    assert_int_equal(good_returns(*state, RAS_WRAP, 51), 50);
    assert_int_equal(good_returns(*state, RAS_DROP, 51), 50);
}

static void an_indirect_branch_is_told_apart_by_its_path(void **state)
{
    struct bpred *b = bpred_new(*state, &avalanche);
    u32 wrong = 0, seed = 7;
    for (u32 i = 0; i < 8000; i++) {
        u32 which = coin(&seed) * 2 + coin(&seed);
        bpred_predict_and_update(b, BRANCH_DIRECT, 0x1000 + 16 * which, true, 0x4000 + 64 * which);
        bpred_predict_and_update(b, BRANCH_DIRECT, 0x4000 + 64 * which, true, 0x8000);
        bool w = bpred_predict_and_update(b, BRANCH_INDIRECT, 0x8000, true, 0x9000 + 256 * which)
                     .mispredicted;
        wrong += i >= 4000 && w;
    }
    assert_in_range(wrong, 0, 40);
}

static void calls_and_returns_match(void **state)
{
    struct bpred *b = bpred_new(*state, &avalanche);
    for (u32 i = 0; i < 100; i++) {
        vaddr site = 0x1000 + 64 * (i % 7);
        bpred_predict_and_update(b, BRANCH_CALL, site, true, 0x8000);
        struct bpred_result r = bpred_predict_and_update(b, BRANCH_RETURN, 0x8010, true, site + 4);
        assert_false(r.mispredicted);
    }
    struct bpred_stats s = bpred_stats(b);
    assert_int_equal(s.branches, 200);
    assert_int_equal(s.returns, 100);
    assert_int_equal(s.mispredicted, 0);
    assert_int_equal(s.btb_l1 + s.btb_l2 + s.btb_predecoded + s.btb_decode, s.taken);
}

struct step {
    enum branch_kind kind;
    vaddr pc, target;
    bool taken;
};

static struct step random_step(u32 *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    u32 r = *seed >> 20;
    struct step s = { .pc = 0x1000 + (r & 31) * 4, .target = 0x5000 + (r & 3) * 64, .taken = true };
    s.kind = r % 5 ? BRANCH_CONDITIONAL : BRANCH_INDIRECT;
    if (s.kind == BRANCH_CONDITIONAL) {
        s.taken = (s.pc >> 2 ^ *seed >> 31) & 1;
        s.target = s.pc + 0x400;
    }
    return s;
}

static void training_at_retirement_one_branch_at_a_time_is_the_same(void **state)
{
    struct bpred *now = bpred_new(*state, &avalanche), *late = bpred_new(*state, &avalanche);
    u32 seed = 3;
    for (u32 i = 0; i < 20000; i++) {
        struct step s = random_step(&seed);
        struct bpred_prediction p;
        bool wrong = bpred_predict_and_update(now, s.kind, s.pc, s.taken, s.target).mispredicted;
        bpred_predict(late, s.kind, s.pc, s.target * (s.kind == BRANCH_CONDITIONAL), NULL, &p);
        bool late_wrong = p.taken != s.taken || (s.taken && p.target != s.target);
        assert_int_equal(wrong, late_wrong);
        if (late_wrong)
            bpred_recover(late, &p, s.taken, s.target);
        bpred_train(late, &p, s.taken, s.target);
    }
}

static void recovery_undoes_a_wrong_path(void **state)
{
    struct bpred *b = bpred_new(*state, &avalanche);
    struct bpred_prediction p, wrong;
    bpred_predict_and_update(b, BRANCH_CALL, 0x1000, true, 0x8000);
    bpred_predict(b, BRANCH_CONDITIONAL, 0x8000, 0x9000, NULL, &p);
    struct history expect = p.history;
    bpred_predict(b, BRANCH_RETURN, 0x8004, 0, NULL, &wrong);
    bpred_predict(b, BRANCH_CALL, 0x1004, 0x7000, NULL, &wrong);
    bpred_recover(b, &p, !p.taken, 0x9000);
    struct history_masks m = history_masks(&avalanche.history);
    history_outcome(&expect, !p.taken);
    if (!p.taken)
        history_taken(&expect, &m, 0x8000, 0x9000);
    struct history is = history_now(b);
    assert_memory_equal(&is, &expect, sizeof is);
    assert_false(bpred_predict_and_update(b, BRANCH_RETURN, 0x9000, true, 0x1004).mispredicted);
}

static struct bpred_params policy(u32 kind, u32 counter_bits, u32 outcomes)
{
    struct bpred_params p = avalanche;
    p.kind = kind;
    p.counter_bits = counter_bits;
    p.outcomes = outcomes;
    return p;
}

// Smith's counter: 0 and 1 mean not taken, and it begins at 1.
static void a_bimodal_counter_needs_two_surprises_to_change_its_mind(void **state)
{
    static const struct {
        bool taken, wrong;
    } steps[] = {
        { true, true },     // 1 to 2
        { true, false },    // 3
        { true, false },    // 3
        { false, true },    // 2
        { true, false },    // 3
        { false, true },    // 2
        { false, true },    // 1
        { false, false },   // 0
        { false, false },   // 0
        { true, true },     // 1
        { true, true },     // 2
        { true, false },    // 3
    };
    struct bpred_params p = policy(BPRED_bimodal, 10, 0);
    struct bpred *b = bpred_new(*state, &p);
    for (u32 k = 0; k < COUNT(steps); k++)
        assert_int_equal(conditional(b, 0x1000, steps[k].taken, 0x2000), steps[k].wrong);
    assert_false(conditional(b, 0x1000 + 4 * 1024, true, 0x2000));   // the same counter
    assert_true(conditional(b, 0x1004, true, 0x2000));               // another one
}

static u32 gshare_index(void *gshare, vaddr pc, u32 outcomes)
{
    struct history h = { .outcomes = outcomes };
    struct bpred_question q = { .pc = pc, .history = &h };
    struct bpred_lookup l = { { 0 } };
    bpred_gshare_predict(gshare, &q, &l);
    return (u32)l.word[0];
}

static void gshare_finds_its_counter_by_address_and_outcomes(void **state)
{
    struct bpred_params p = policy(BPRED_gshare, 4, 4);
    void *g = bpred_gshare_new(*state, &p);
    assert_int_equal(gshare_index(g, 0x40, 0xb), 0xb);     // PC[5:2] = 0
    assert_int_equal(gshare_index(g, 0x14, 0xb), 0xe);     // 0101 ^ 1011
    assert_int_equal(gshare_index(g, 0x14, 0xfb), 0xe);    // four outcomes alone
    p.outcomes = 2;
    g = bpred_gshare_new(*state, &p);
    assert_int_equal(gshare_index(g, 0x14, 0xb), 0x9);     // 0101 ^ 11 00
    p.outcomes = 20;                                       // no more than there are bits
    g = bpred_gshare_new(*state, &p);
    assert_int_equal(gshare_index(g, 0x14, 0xb), 0xe);
    p.outcomes = 0;
    g = bpred_gshare_new(*state, &p);
    assert_int_equal(gshare_index(g, 0x14, 0xb), 0x5);
}

static void outcomes_are_remembered_the_latest_in_bit_0(void **state)
{
    struct bpred_params p = policy(BPRED_gshare, 12, 12);
    struct bpred *b = bpred_new(*state, &p);
    conditional(b, 0x1000, true, 0x2000);
    conditional(b, 0x1000, false, 0x2000);
    conditional(b, 0x1000, true, 0x2000);
    bpred_predict_and_update(b, BRANCH_CALL, 0x1000, true, 0x2000);   // not an outcome
    conditional(b, 0x1000, true, 0x2000);
    assert_int_equal(history_now(b).outcomes, 0xb);
    struct bpred_prediction q;
    bpred_predict(b, BRANCH_CONDITIONAL, 0x1000, 0x2000, NULL, &q);
    assert_int_equal(q.history.outcomes, 0xb);
    bpred_recover(b, &q, false, 0);
    assert_int_equal(history_now(b).outcomes, 0x16);
    bpred_rewind(b, &q);
    assert_int_equal(history_now(b).outcomes, 0xb);
}

// The counter of bimodal begins at 1 and always stands on the wrong side.
static void gshare_learns_a_branch_that_alternates_and_bimodal_does_not(void **state)
{
    struct bpred_params simple = policy(BPRED_bimodal, 12, 0), shared = policy(BPRED_gshare, 12, 4);
    struct bpred *b = bpred_new(*state, &simple), *g = bpred_new(*state, &shared);
    u32 bimodal_wrong = 0, late = 0;
    for (u32 k = 0; k < 200; k++) {
        bimodal_wrong += conditional(b, 0x1000, k % 2 == 0, 0x2000);
        bool wrong = conditional(g, 0x1000, k % 2 == 0, 0x2000);
        late += k >= 20 && wrong;
    }
    assert_int_equal(bimodal_wrong, 200);
    assert_int_equal(late, 0);
}

static void told_the_truth_perfect_is_never_wrong(void **state)
{
    struct bpred_params p = policy(BPRED_perfect, 12, 12);
    struct bpred *now = bpred_new(*state, &p), *late = bpred_new(*state, &p);
    u32 seed = 3;
    for (u32 i = 0; i < 2000; i++) {
        struct step s = random_step(&seed);
        struct bpred_prediction q;
        struct bpred_truth truth = { s.taken, s.target };
        assert_false(bpred_predict_and_update(now, s.kind, s.pc, s.taken, s.target).mispredicted);
        bpred_predict(late, s.kind, s.pc, 0, &truth, &q);
        assert_int_equal(q.taken, s.taken);
        if (s.taken)
            assert_int_equal(q.target, s.target);
        bpred_train(late, &q, s.taken, s.target);
    }
    assert_false(bpred_predict_and_update(now, BRANCH_RETURN, 0x9000, true, 0x77).mispredicted);
    assert_int_equal(bpred_stats(now).mispredicted, 0);
    assert_int_equal(bpred_stats(late).mispredicted, 0);
}

// A loop of a branch to `to`, taken as `ways` say, or else of a jump to `other`, and of a jump back.
// Returns the bubbles.
static u32 lost_in_turns(struct bpred *b, u64 ways, vaddr to, vaddr other, u32 turns)
{
    u32 lost = 0;
    for (u32 k = 0; k < turns; k++) {
        bool way = ways >> k % 8 & 1;
        struct bpred_result r = bpred_predict_and_update(b, BRANCH_CONDITIONAL, 0x4000, way, to);
        assert_true(!r.mispredicted || k < 64 || turns < 400);
        lost += r.bubbles;
        if (!way)
            lost += bpred_predict_and_update(b, BRANCH_DIRECT, 0x4004, true, other).bubbles;
        if (way || other != 0x4000)
            lost += bpred_predict_and_update(b, BRANCH_DIRECT, to, true, 0x4000).bubbles;
    }
    return lost;
}

// Where fetch went last is given up when it was wrong twice: a direction that alternates turns it
// every other time, one that differs once in eight once in eight, one that stays for two every
// time. Two ways that lead to the same address are one.
static void fetch_is_turned_when_a_branch_goes_another_way(void **state)
{
    static const struct {
        u64 ways;
        u32 lost;   // bubbles of eight turns
    } cases[] = { { 0xff, 0 }, { 0x00, 0 }, { 0x55, 8 }, { 0x7f, 2 }, { 0x01, 2 }, { 0x33, 16 } };
    for (u32 k = 0; k < COUNT(cases); k++) {
        struct bpred *b = bpred_new(*state, &avalanche);
        lost_in_turns(b, cases[k].ways, 0x4100, 0x4000, 800);
        u64 before = bpred_stats(b).overridden;
        assert_int_equal(lost_in_turns(b, cases[k].ways, 0x4100, 0x4000, 80), 10 * cases[k].lost);
        assert_int_equal(2 * (bpred_stats(b).overridden - before), 10 * cases[k].lost);
    }
    struct bpred *same = bpred_new(*state, &avalanche);
    lost_in_turns(same, 0x55, 0x4100, 0x4100, 800);
    assert_int_equal(lost_in_turns(same, 0x55, 0x4100, 0x4100, 80), 0);
}

// A group ends at 16 instructions: behind it fetch begins another, which goes its own way.
static void a_long_run_is_fetched_by_groups(void **state)
{
    struct next_fetch *n = next_fetch_new(*state, &avalanche.next_fetch);
    const struct next_fetch_branch first = { .pc = 0x4008, .conditional = true },
                                   last = { .pc = 0x4058, .target = 0x4000, .taken = true };
    next_fetch_turn(n, 0x4000);
    for (u32 k = 0; k < 4; k++) {
        assert_false(next_fetch_pass(n, &first));
        assert_false(next_fetch_pass(n, &last));
    }
    struct next_fetch_branch away = first;
    away.taken = true;
    away.target = 0x8000;
    assert_false(next_fetch_pass(n, &away));   // it knew of nothing
    next_fetch_turn(n, 0x4000);
    assert_false(next_fetch_pass(n, &first));
    assert_true(next_fetch_pass(n, &last));   // the group at 0x4000 went on, not to 0x8000
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, open_arena, close_arena)
    const struct CMUnitTest tests[] = {
        T(history_takes_target_and_branch_bits),
        T(a_branch_not_taken_leaves_no_history),
        T(hashes_are_those_measured),
        T(shorter_histories_leave_bits_out),
        T(a_loop_within_the_history_is_learned),
        T(a_loop_longer_than_the_history_is_left_wrongly),
        T(a_branch_follows_an_earlier_one),
        T(the_first_level_holds_1024_branches_the_second_3072),
        T(read_ahead_and_given_up_at_random_the_levels_make_the_measured_curve),
        T(returns_pair_with_calls_to_the_depth_of_the_stack),
        T(overflow_does_what_the_parameter_says),
        T(an_indirect_branch_is_told_apart_by_its_path),
        T(calls_and_returns_match),
        T(training_at_retirement_one_branch_at_a_time_is_the_same),
        T(recovery_undoes_a_wrong_path),
        T(a_bimodal_counter_needs_two_surprises_to_change_its_mind),
        T(gshare_finds_its_counter_by_address_and_outcomes),
        T(outcomes_are_remembered_the_latest_in_bit_0),
        T(gshare_learns_a_branch_that_alternates_and_bimodal_does_not),
        T(fetch_is_turned_when_a_branch_goes_another_way),
        T(a_long_run_is_fetched_by_groups),
        T(told_the_truth_perfect_is_never_wrong),
    };
    return cmocka_run_group_tests_name("bpred", tests, NULL, NULL);
}
