// loss.h: how far answers are from what was measured, and what that says of parameters.
#ifndef CALIBRATE_LOSS_H
#define CALIBRATE_LOSS_H

#include "calibrate/calibrate.h"

enum { NO_FOLD = ~0u - 1 };   // no family is of it

// ln(sim / measured) of a point; what is no answer counts as a factor of 10.
double cal_residual(const struct cal_point *p, double sim);

// Families of which points are seen, but those of fold `without`.
u32 cal_seen_families(const struct calibration *c, u32 without);

// The mean over families, but those of fold `without`, of the mean over their points that are seen of
// Huber's loss (Annals of Mathematical Statistics 35, 1964) of residual / sd: squares up to
// 10 %, then linear. One vote a family, or those of many points would drown the others.
double cal_loss(const struct calibration *c, const double *sim, u32 without);

// The same in shares: the mean over families of mean |ln(sim / measured)|, of those of fold `of`
// (NO_FOLD: all), of the points that were seen, or of the others; a point whose sim is NAN is left out. NAN without any.
double cal_error(const struct calibration *c, const double *sim, u32 of, bool unseen);

// The mean of |ln(sim / measured)| of one family; NAN without any.
double cal_family_error(const struct calibration *c, const double *sim, u32 family, bool unseen);

// n x n, what the points say of n parameters and the prior of one sd each: the inverse of
// J' W J / s + 1, where J[k * n + j] is what one sd of parameter j does to ln(point k), W the
// weights of cal_loss at `sim`, and s, at least 1, the spread of the residuals in it: answers that no
// parameter brings near say less. (Gauss and Newton's approximation of the posterior.)
void cal_posterior(const struct calibration *c, const double *jacobian, u32 n, const double *sim,
                   double *covariance);

#endif
