#include "calibrate/loss.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/oom.h"

#define LINEAR_FROM 0.10   // of a residual, in ln

double cal_residual(const struct cal_point *p, double sim)
{
    return sim > 0 && isfinite(sim) ? log(sim / p->r.hw) : log(10);
}

static double huber(double residual, double sd)
{
    double r = fabs(residual) / sd, from = LINEAR_FROM / sd;
    return r <= from ? r * r : from * (2 * r - from);
}

struct family_sum {
    double sum[CAL_FAMILIES];
    u32 n[CAL_FAMILIES];
};

u32 cal_seen_families(const struct calibration *c, u32 without)
{
    u32 n = 0;
    for (u32 k = 0; k < c->families; k++)
        n += c->family[k].seen > 0 && c->family[k].fold != without;
    return n;
}

static double mean(const struct family_sum *s, u32 families)
{
    double sum = 0;
    u32 n = 0;
    for (u32 k = 0; k < families; k++)
        if (s->n[k]) {
            sum += s->sum[k] / s->n[k];
            n++;
        }
    return n ? sum / n : NAN;
}

double cal_loss(const struct calibration *c, const double *sim, u32 without)
{
    struct family_sum s = { 0 };
    for (size_t k = 0; k < c->points; k++) {
        const struct cal_point *p = &c->point[k];
        if (!cal_is_seen(p) || c->family[p->family].fold == without)
            continue;
        s.sum[p->family] += huber(cal_residual(p, sim[k]), p->sd);
        s.n[p->family]++;
    }
    return mean(&s, c->families);
}

double cal_error(const struct calibration *c, const double *sim, u32 of, bool unseen)
{
    struct family_sum s = { 0 };
    for (size_t k = 0; k < c->points; k++) {
        const struct cal_point *p = &c->point[k];
        if (p->r.unseen != unseen || (of != NO_FOLD && c->family[p->family].fold != of) ||
            isnan(sim[k]))
            continue;
        s.sum[p->family] += fabs(cal_residual(p, sim[k]));
        s.n[p->family]++;
    }
    return mean(&s, c->families);
}

double cal_family_error(const struct calibration *c, const double *sim, u32 family, bool unseen)
{
    double sum = 0;
    size_t n = 0;
    for (size_t k = 0; k < c->points; k++)
        if (c->point[k].family == family && c->point[k].r.unseen == unseen && !isnan(sim[k])) {
            sum += fabs(cal_residual(&c->point[k], sim[k]));
            n++;
        }
    return n ? sum / (double)n : NAN;
}

// -- What it says of parameters --

// Inverts the n x n symmetric positive definite m, in place, by Cholesky's factors.
static void invert(double *m, u32 n)
{
    for (u32 j = 0; j < n; j++)   // L, below
        for (u32 i = j; i < n; i++) {
            double s = m[i * n + j];
            for (u32 k = 0; k < j; k++)
                s -= m[i * n + k] * m[j * n + k];
            m[i * n + j] = i == j ? sqrt(s) : s / m[j * n + j];
        }
    for (u32 j = 0; j < n; j++) {   // its inverse, in its place
        m[j * n + j] = 1 / m[j * n + j];
        for (u32 i = j + 1; i < n; i++) {
            double s = 0;
            for (u32 k = j; k < i; k++)
                s -= m[i * n + k] * m[k * n + j];
            m[i * n + j] = s / m[i * n + i];
        }
    }
    for (u32 i = 0; i < n; i++)   // inverse' inverse
        for (u32 j = 0; j <= i; j++) {
            double s = 0;
            for (u32 k = i; k < n; k++)
                s += m[k * n + i] * m[k * n + j];
            m[j * n + i] = s;
        }
    for (u32 i = 0; i < n; i++)
        for (u32 j = 0; j < i; j++)
            m[i * n + j] = m[j * n + i];
}

// Of the derivative of Huber's loss; a family's points have one vote together.
static double weight(const struct calibration *c, size_t k, double sim)
{
    const struct cal_point *p = &c->point[k];
    double r = fabs(cal_residual(p, sim));
    if (!cal_is_seen(p))
        return 0;
    return fmin(1, LINEAR_FROM / r) / (p->sd * p->sd) / (double)c->family[p->family].seen;
}

static double spread(const struct calibration *c, const double *sim)
{
    double sum = 0;
    for (size_t k = 0; k < c->points; k++) {
        double r = cal_residual(&c->point[k], sim[k]);
        sum += weight(c, k, sim[k]) * r * r;
    }
    return fmax(1, sum / cal_seen_families(c, NO_FOLD));
}

void cal_posterior(const struct calibration *c, const double *jacobian, u32 n, const double *sim,
                   double *covariance)
{
    double s = spread(c, sim);
    memset(covariance, 0, sizeof(*covariance) * n * n);
    for (size_t k = 0; k < c->points; k++) {
        double w = weight(c, k, sim[k]) / s;
        const double *row = &jacobian[k * n];
        for (u32 i = 0; i < n; i++)
            for (u32 j = 0; j <= i && row[i] != 0; j++)
                covariance[i * n + j] += w * row[i] * row[j];
    }
    for (u32 i = 0; i < n; i++) {
        covariance[i * n + i] += 1;
        for (u32 j = 0; j < i; j++)
            covariance[j * n + i] = covariance[i * n + j];
    }
    invert(covariance, n);
}
