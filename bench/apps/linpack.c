// LINPACK's dgefa and dgesl of 100 equations in columns of 201, with the inner loops unrolled four times
// as in C versions since 1988 (J. Dongarra et al., LINPACK Users' Guide, 1979). A pass copies
// the matrix, 10000 numbers, decomposes it and solves.
#include <math.h>

#include "app.h"

enum { ORDER = 100, LEADING = 201 };

static double original[LEADING * LEADING], a[LEADING * LEADING], b[LEADING], wanted[LEADING];
static int pivot[LEADING];

// y += c x
static __attribute__((noinline)) void daxpy(int n, double c, const double *x, double *y)
{
    if (n <= 0 || c == 0.0)
        return;
    int m = n % 4;
    for (int i = 0; i < m; i++)
        y[i] = y[i] + c * x[i];
    for (int i = m; i < n; i += 4) {
        y[i] = y[i] + c * x[i];
        y[i + 1] = y[i + 1] + c * x[i + 1];
        y[i + 2] = y[i + 2] + c * x[i + 2];
        y[i + 3] = y[i + 3] + c * x[i + 3];
    }
}

static __attribute__((noinline)) void dscal(int n, double c, double *x)
{
    int m = n % 5;
    for (int i = 0; i < m; i++)
        x[i] = c * x[i];
    for (int i = m; i < n; i += 5) {
        x[i] = c * x[i];
        x[i + 1] = c * x[i + 1];
        x[i + 2] = c * x[i + 2];
        x[i + 3] = c * x[i + 3];
        x[i + 4] = c * x[i + 4];
    }
}

static __attribute__((noinline)) int idamax(int n, const double *x)
{
    int at = 0;
    double most = fabs(x[0]);
    for (int i = 1; i < n; i++)
        if (fabs(x[i]) > most) {
            at = i;
            most = fabs(x[i]);
        }
    return at;
}

static void dgefa(double *m, int leading, int n)
{
    for (int k = 0; k < n - 1; k++) {
        double *column = m + leading * k;
        int l = idamax(n - k, column + k) + k;
        pivot[k] = l;
        if (column[l] == 0.0)
            continue;
        double t = column[l];
        column[l] = column[k];
        column[k] = t;
        dscal(n - k - 1, -1.0 / column[k], column + k + 1);
        for (int j = k + 1; j < n; j++) {
            double *other = m + leading * j;
            t = other[l];
            other[l] = other[k];
            other[k] = t;
            daxpy(n - k - 1, t, column + k + 1, other + k + 1);
        }
    }
    pivot[n - 1] = n - 1;
}

static void dgesl(const double *m, int leading, int n, double *x)
{
    for (int k = 0; k < n - 1; k++) {
        int l = pivot[k];
        double t = x[l];
        x[l] = x[k];
        x[k] = t;
        daxpy(n - k - 1, t, m + leading * k + k + 1, x + k + 1);
    }
    for (int k = n - 1; k >= 0; k--) {
        x[k] = x[k] / m[leading * k + k];
        daxpy(k, -x[k], m + leading * k, x);
    }
}

static void make(void)
{
    int seed = 1325;
    memset(wanted, 0, sizeof(wanted));
    for (int j = 0; j < ORDER; j++)
        for (int i = 0; i < ORDER; i++) {
            seed = 3125 * seed % 65536;
            original[LEADING * j + i] = (seed - 32768.0) / 16384.0;
            wanted[i] += original[LEADING * j + i];
        }
}

static int solve(long passes, long size)
{
    (void)size;
    make();
    for (long p = 0; p < passes; p++) {
        for (int j = 0; j < ORDER; j++)
            for (int i = 0; i < ORDER; i++)
                a[LEADING * j + i] = original[LEADING * j + i];
        memcpy(b, wanted, sizeof(b));
        dgefa(a, LEADING, ORDER);
        dgesl(a, LEADING, ORDER, b);
        app_fence();
    }
    // Right hand sides are sums of rows: the solution is all ones.
    return passes && !(fabs(b[0] - 1) < 1e-9 && fabs(b[ORDER - 1] - 1) < 1e-9);
}

static const struct kernel kernels[] = { { "solve", solve } };

APP_MAIN(kernels)
