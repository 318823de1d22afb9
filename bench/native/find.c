// find.c: looks for the place where a curve leaves its course, without knowing where that is.
#include <math.h>

#include "native.h"

enum { MOST_PLACES = 48, SMALL_STEPS = 200 };   // found to 1 in 200

struct curve {
    const struct bench *b;
    struct lab *lab;
    u32 count;
    double x[MOST_PLACES], y[MOST_PLACES];
    double usual;   // slope
};

static double at(const struct curve *c, double x)
{
    lab_reset(c->lab);
    double y = c->b->run(c->lab, x, c->b->arg);
    if (c->b->show_points)
        fprintf(stderr, "%s @ %g: %.5g\n", c->b->name, x, y);
    return y;
}

static double middle(double a, double b)
{
    return floor((a + b) / 2);
}

static bool close_enough(double a, double b)
{
    return b - a <= fmax(1, floor(a / SMALL_STEPS));
}

static double slope(const struct curve *c, u32 k)
{
    return (c->y[k] - c->y[k - 1]) / (c->x[k] - c->x[k - 1]);
}

static double rise(const struct curve *c, u32 k)
{
    return c->y[k] - c->y[k - 1] - c->usual * (c->x[k] - c->x[k - 1]);
}

// Where a quarter is done of the largest rise between neighbours, or with a limit of the first rise of so many
// times the first value: in the first interval that rises so far.
static double jump(struct curve *c)
{
    double most = 0, first = c->b->limit * c->y[0];
    u32 k = 1;
    c->usual = fmax(slope(c, 1), slope(c, c->count - 1));   // as src/fit/probes.c has it
    for (u32 j = 1; j < c->count && !(first > 0 && most > first); j++)
        most = fmax(most, rise(c, j));
    if (most < fmax(0.04 * c->y[0], first))
        return NAN;
    while (rise(c, k) < most / 4)
        k++;
    double x0 = c->x[k - 1], y0 = c->y[k - 1], from = x0, to = c->x[k];
    while (!close_enough(from, to)) {
        double x = middle(from, to);
        *(at(c, x) - y0 - c->usual * (x - x0) > most / 4 ? &to : &from) = x;
    }
    return from;
}

static double within(struct curve *c)
{
    double limit = c->b->limit * c->y[0], x0 = c->x[0], x1 = NAN;
    for (u32 k = 1; k < c->count && isnan(x1); k++) {
        if (c->y[k] <= limit)
            x0 = c->x[k];
        else
            x1 = c->x[k];
    }
    while (!isnan(x1) && !close_enough(x0, x1)) {
        double x = middle(x0, x1);
        *(at(c, x) <= limit ? &x0 : &x1) = x;
    }
    return isnan(x1) ? NAN : x0;
}

double find_run(const struct bench *b, struct lab *lab)
{
    struct curve c = { .b = b, .lab = lab };
    for (double x = b->low; x <= b->high && c.count < MOST_PLACES; x = ceil(1.2 * x)) {
        c.x[c.count] = x;
        c.y[c.count++] = at(&c, x);
        if (b->rule == WITHIN && c.y[c.count - 1] > b->limit * c.y[0])
            break;
    }
    if (c.count < 3)
        return NAN;
    return b->rule == JUMP ? jump(&c) : within(&c);
}
