// units.h: when a micro-op issues, and on which unit; the passing of rename's time.
#ifndef CORE_FAST_UNITS_H
#define CORE_FAST_UNITS_H

#include "core/fast/state.h"

// -- Calendars --

static void clear_words(struct fast *f, u64 from, u64 to)
{
    if (to - from >= WORDS)
        to = from + WORDS;
    for (u64 w = from; w < to; w++)
        for (u32 u = 0; u < UNITS_MAX; u++)
            f->busy[u][w % WORDS] = 0;
}

// Moves rename to cycle `to`; what is lost on the way goes to `cause` and `blame`.
static void advance(struct fast *f, cycle to, enum cause cause, const struct plan *blame)
{
    u64 lost = f->width - f->used + (to - f->now - 1) * f->width;
    account_lose(&f->account, cause, blame, lost);
    if (to - f->now >= HORIZON) {
        f->waiting = (struct lanes){ { 0 } };
        memset(f->leave, 0, sizeof(f->leave));
    } else {
        for (cycle c = f->now + 1; c <= to; c++) {
            struct lanes *l = &f->leave[c % HORIZON];
            for (u32 h = 0; h < LANES / 8; h++) {
                f->waiting.half[h] -= l->half[h];
                l->half[h] = 0;
            }
        }
    }
    // The word just left behind becomes that of the far end.
    if (__builtin_expect(to >> 6 != f->now >> 6, 0))
        clear_words(f, f->now >> 6, to >> 6);
    struct lanes taken = { { f->waiting.half[0] + f->smaller.half[0] } };
    u32 first = lane_sum(&taken, f->half_lanes[0]);
    u32 second = lane_sum(&taken, f->half_lanes[1]);
    f->emptier = first == second ? 2 : second < first;
    f->now = to;
    f->used = 0;
    f->immediates = 0;
}

// The first free cycle of `unit` at or after `t`. Beyond the horizon all are free.
static inline cycle free_cycle(const struct fast *f, u32 unit, cycle t)
{
    const u64 *busy = f->busy[unit];
    u64 end = (f->now >> 6) + WORDS, w = t >> 6;
    if (__builtin_expect(w >= end, 0))
        return t;
    u64 open = ~busy[w % WORDS] & ~0ull << (t & 63);
    while (!open) {
        if (++w >= end)
            return w << 6;
        open = ~busy[w % WORDS];
    }
    return (w << 6) + (u32)__builtin_ctzll(open);
}

static inline void reserve(struct fast *f, u32 unit, cycle t, u32 cycles)
{
    u64 end = ((f->now >> 6) + WORDS) << 6;
    if (__builtin_expect(cycles == 1 && t < end, 1)) {
        f->busy[unit][t / 64 % WORDS] |= 1ull << (t & 63);
        return;
    }
    for (; cycles && t < end; cycles--, t++)
        f->busy[unit][t / 64 % WORDS] |= 1ull << (t & 63);
}

// Takes the first free cycle of any of `units`. Stores prefer the lowest, loads the
// highest, and leave each other what they can.
static inline cycle take_any(struct fast *f, u32 units, cycle t, u32 cycles)
{
    u64 end = (f->now >> 6) + WORDS, w = t >> 6, mask = ~0ull << (t & 63), open = 0;
    bool stores = units & f->units.store & ~f->units.load;
    u32 first = stores ? (u32)__builtin_ctz(units) : 31 - (u32)__builtin_clz(units);
    u64 *busy = &f->busy[first][w % WORDS];
    if (__builtin_expect(cycles == 1 && w < end && !(*busy >> (t & 63) & 1), 1)) {
        *busy |= 1ull << (t & 63);
        return t;
    }
    for (; w < end; w++, mask = ~0ull) {
        u64 all = ~0ull;
        for (u32 left = units; left; left &= left - 1)
            all &= f->busy[__builtin_ctz(left)][w % WORDS];
        open = ~all & mask;
        if (open)
            break;
    }
    if (__builtin_expect(!open, 0))
        return w << 6 > t ? w << 6 : t;
    u32 bit = (u32)__builtin_ctzll(open), u;
    do {
        u = stores ? (u32)__builtin_ctz(units) : 31 - (u32)__builtin_clz(units);
        units &= ~(1u << u);
    } while (f->busy[u][w % WORDS] >> bit & 1);
    reserve(f, u, (w << 6) + bit, cycles);
    return (w << 6) + bit;
}

// -- Schedulers --

// Keeps a place in scheduler `lane` until cycle `t`.
static inline void wait_in(struct fast *f, u32 lane, cycle t)
{
    cycle last = f->now + HORIZON - 1;
    u64 one = 1ull << 8 * (lane & 7);
    u32 half = lane >> 3;
    f->waiting.half[half] += one;
    f->leave[(t < last ? t : last) % HORIZON].half[half] += one;
}

// The units behind the dispatch queue that is to have the micro-op, of those that do.
static inline u32 queue_of(struct fast *f, u32 units)
{
    if (!(units & f->half[0]))
        return units;
    u32 queue = f->emptier < 2 ? f->emptier : f->turn++ & 1;
    u32 side = units & f->half[queue];
    return side ? side : units;
}

// Of `units` that with most room, then the first; UNITS_MAX when none has room.
static u32 bind_with_room(const struct fast *f, u32 units)
{
    const u8 *limit = units & (units - 1) ? f->limit : f->limit_alone;
    u32 best = UNITS_MAX, most = 0;
    for (u32 left = units; left; left &= left - 1) {
        u32 u = (u32)__builtin_ctz(left), count = lane_count(&f->waiting, u);
        if (count < limit[u] && limit[u] - count > most) {
            most = limit[u] - count;
            best = u;
        }
    }
    return best;
}

// The same.
static inline __attribute__((always_inline)) u32 bind(const struct fast *f, u32 units)
{
    if (f->trios && (units == 7 || units == 7 << 3)) {   // all behind a dispatch queue
        u32 first = units == 7 ? 0 : 3;
        u64 c = (f->waiting.half[0] + f->smaller.half[0]) >> 8 * first;
        u32 x = (c & 255) << 2, y = (c >> 8 & 255) << 2 | 1, z = (c >> 16 & 255) << 2 | 2;
        x = y < x ? y : x;
        x = z < x ? z : x;
        u32 u = first + (x & 3);
        return __builtin_expect(x >> 2 < f->largest, 1) ? u : bind_with_room(f, units);
    }
    if (units == f->quad) {
        u32 first = (u32)__builtin_ctz(units);
        u64 c = f->waiting.half[1] >> 8 * (first & 7);
        u32 x = (c & 255) << 2, y = (c >> 8 & 255) << 2 | 1;
        u32 z = (c >> 16 & 255) << 2 | 2, w = (c >> 24 & 255) << 2 | 3;
        x = y < x ? y : x;
        z = w < z ? w : z;
        x = z < x ? z : x;
        u32 u = first + (x & 3);
        return __builtin_expect(x >> 2 < f->limit[u], 1) ? u : bind_with_room(f, units);
    }
    u32 high = units > 255;   // units of one cluster lie on one side
    u64 counts = f->waiting.half[high] + f->smaller.half[high];
    u32 best = ~0u;
    for (u32 left = units; left; left &= left - 1) {
        u32 u = (u32)__builtin_ctz(left);
        u32 key = (u32)(counts >> 8 * (u & 7) & 255) << 8 | u;
        best = key < best ? key : best;
    }
    if (__builtin_expect(best >> 8 < f->largest, 1))
        return best & 255;
    return bind_with_room(f, units);
}

#endif
