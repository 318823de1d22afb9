// Draws of a configuration (prior.h).
#include "config/draw.h"

#include <math.h>
#include <string.h>

#include "config/config.h"

enum { TRIES = 1000, WHOLE_TRIES = 50 };   // of one number, and of all

__attribute__((noinline)) double draw_product(double a, double b)
{
    return a * b;
}

// splitmix64 (Steele, Lea, Flood 2014).
static u64 mix(u64 x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

double draw_normal(u64 seed, u64 k, u64 name, u64 nth)
{
    u64 state = mix(mix(mix(mix(seed) ^ k) ^ name) ^ nth);
    i64 sum = -6 * (1ll << 32);
    for (int i = 0; i < 6; i++) {
        u64 two = mix(state + (u64)i);
        sum += (i64)(two >> 32) + (i64)(u32)two + 1;   // each half a step up: the mean is 0
    }
    return (double)sum / 4294967296.0;
}

// FNV-1a of its path, so that another parameter's row does not change its numbers.
static u64 name_of(enum core_param k)
{
    u64 h = 0xcbf29ce484222325;
    for (const char *s = core_table[k].path; *s; s++)
        h = (h ^ (u8)*s) * 0x100000001b3;
    return h;
}

struct drawing {
    struct config *to;
    const struct config *of;
    u64 seed, k, round;
};

// Draws a parameter whose standard normal number is `scale` of its own and `base`. *own is that
// number. False when none within the bounds is met.
static bool draw_one(const struct drawing *d, enum core_param k, double base, double scale,
                     double *own)
{
    const struct prior *p = &d->of->fit.of[k];
    bool whole = core_table[k].kind == PARAM_COUNTED;
    for (u64 t = 0; t < TRIES; t++) {
        *own = draw_normal(d->seed, d->k, name_of(k), d->round * TRIES + t);
        double y = base + draw_product(scale, *own);
        double v = param_number(&d->of->core, k) + draw_product(p->sd, y);
        v = whole ? floor(v + 0.5) : v;
        if (p->sd == 0 || (v >= p->low && v <= p->high)) {
            if (p->sd > 0)
                param_set_number(&d->to->core, k, v);
            return true;
        }
    }
    return false;
}

// Those that correlate, each given those before it.
static bool draw_members(const struct drawing *d, bool done[PARAM_COUNT])
{
    const struct config_fit *f = &d->of->fit;
    double own[PARAM_COUNT];
    for (size_t i = 0; i < f->members; i++) {
        const double *row = f->factor + i * f->members;
        double base = 0;
        for (size_t j = 0; j < i; j++)
            base += draw_product(row[j], own[j]);
        if (!draw_one(d, f->member[i], base, row[i], &own[i]))
            return false;
        done[f->member[i]] = true;
    }
    return true;
}

static bool draw_all(const struct drawing *d)
{
    bool done[PARAM_COUNT] = { false };
    double own;
    struct err e;
    if (!draw_members(d, done))
        return false;
    for (u32 k = 0; k < PARAM_COUNT; k++)
        if (!done[k] && d->of->fit.of[k].sd > 0 && !draw_one(d, (enum core_param)k, 0, 1, &own))
            return false;
    return core_check(&d->to->core, &e);
}

bool config_draw(struct config *draw, const struct config *of, u64 seed, u32 k)
{
    struct drawing d = { draw, of, seed, k, 0 };
    for (; d.round < WHOLE_TRIES; d.round++) {
        *draw = *of;
        draw->digest[0] = 0;
        if (draw_all(&d))
            return true;
    }
    *draw = *of;
    draw->digest[0] = 0;
    return false;
}
