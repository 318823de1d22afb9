// The five kernels of SciMark 2 (R. Pozo and B. Miller, NIST, 1999) at their small sizes: a fast Fourier
// transform forth and back, successive over-relaxation, pi by Monte Carlo, a sparse matrix times a vector,
// and LU decomposition. A pass is what the benchmark counts operations of. The kernels are external, for as
// functions of other files they were compiled without knowing their arguments.
#include <math.h>

#include "app.h"

// -- Random numbers: Knuth's subtractive generator with lags 17 and 5 --

enum { LAG = 17 };
static const int LARGEST = 0x7fffffff;
static double scale;   // to [0, 1]; a variable, as in the original

struct generator {
    int m[LAG], seed, i, j,
        in_range;   // as the original has them: how i and j lie shows in the time
    double left, right, width;
};

static __attribute__((noinline)) struct generator *generator_new(int seed)
{
    struct generator *g = app_room(sizeof(*g));
    int half = 1 << 16, low = seed % half, high = seed / half;
    scale = 1.0 / (double)LARGEST;
    for (int k = 0; k < LAG; k++) {
        int product = low * (9069 % half);
        high = (product / half + low * (9069 / half) + high * (9069 % half)) % (half / 2);
        low = product % half;
        g->m[k] = low + half * high;
    }
    g->seed = seed;
    g->i = 4;
    g->j = 16;
    g->in_range = 0;
    g->left = 0;
    g->right = g->width = 1;
    return g;
}

static __attribute__((noinline)) double next(struct generator *g)
{
    int i = g->i, j = g->j, *m = g->m;
    int k = m[i] - m[j];
    if (k < 0)
        k += LARGEST;
    m[j] = k;
    if (i == 0)
        i = LAG - 1;
    else
        i--;
    g->i = i;
    if (j == 0)
        j = LAG - 1;
    else
        j--;
    g->j = j;
    if (g->in_range)
        return g->left + scale * (double)k * g->width;
    return scale * (double)k;
}

static double *vector(size_t n, struct generator *g)
{
    double *v = app_room(n * sizeof(*v));
    for (size_t k = 0; k < n; k++)
        v[k] = next(g);
    return v;
}

static double **matrix(size_t rows, size_t columns, struct generator *g)
{
    double **m = app_room(rows * sizeof(*m));
    for (size_t k = 0; k < rows; k++)
        m[k] = vector(columns, g);
    return m;
}

// -- Fourier transform --

enum { POINTS = 1024 };

// Gold and Rader's order.
static void reverse_bits(int n, double *at)
{
    for (int i = 0, j = 0; i < n - 1; i++) {
        if (i < j) {
            double re = at[2 * i], im = at[2 * i + 1];
            at[2 * i] = at[2 * j];
            at[2 * i + 1] = at[2 * j + 1];
            at[2 * j] = re;
            at[2 * j + 1] = im;
        }
        int k = n >> 1;
        for (; k <= j; k >>= 1)
            j -= k;
        j += k;
    }
}

// Of the pair at complex indices i and j: the second turned by w, then sum and difference.
static inline void butterfly(double *at, int i, int j, double w_re, double w_im)
{
    double z_re = at[2 * j], z_im = at[2 * j + 1];
    double re = w_re * z_re - w_im * z_im, im = w_re * z_im + w_im * z_re;
    at[2 * j] = at[2 * i] - re;
    at[2 * j + 1] = at[2 * i + 1] - im;
    at[2 * i] += re;
    at[2 * i + 1] += im;
}

__attribute__((noinline)) void transform(int n, double *at, int direction)
{
    reverse_bits(n, at);
    for (int dual = 1; dual < n; dual *= 2) {
        double angle = 2.0 * direction * M_PI / (2.0 * dual);
        double s = sin(angle), t = sin(angle / 2.0), s2 = 2.0 * t * t;
        double w_re = 1.0, w_im = 0.0;
        for (int b = 0; b < n; b += 2 * dual) {
            int j = b + dual;
            double re = at[2 * j], im = at[2 * j + 1];
            at[2 * j] = at[2 * b] - re;
            at[2 * j + 1] = at[2 * b + 1] - im;
            at[2 * b] += re;
            at[2 * b + 1] += im;
        }
        for (int a = 1; a < dual; a++) {
            double re = w_re - s * w_im - s2 * w_re;
            w_im = w_im + s * w_re - s2 * w_im;
            w_re = re;
            for (int b = 0; b < n; b += 2 * dual)
                butterfly(at, b + a, b + a + dual, w_re, w_im);
        }
    }
}

static int fft(long passes, long size)
{
    (void)size;
    double *at = vector(2 * (size_t)POINTS, generator_new(101010)), first = at[2];
    for (long i = 0; i < passes; i++) {
        transform(POINTS, at, -1);
        transform(POINTS, at, 1);
        for (int k = 0; k < 2 * POINTS; k++)
            at[k] *= 1.0 / POINTS;
    }
    return !(fabs(at[2] - first) < 1e-9);
}

// -- Over-relaxation --

enum { GRID = 100 };

__attribute__((noinline)) void relax(int rows, int columns, double omega, double **g, long passes)
{
    double quarter = omega * 0.25, keep = 1.0 - omega;
    int last_row = rows - 1, last = columns - 1;
    for (long p = 0; p < passes; p++)
        for (int i = 1; i < last_row; i++) {
            double *at = g[i], *above = g[i - 1], *below = g[i + 1];
            for (int j = 1; j < last; j++)
                at[j] = quarter * (above[j] + below[j] + at[j - 1] + at[j + 1]) + keep * at[j];
        }
}

static int sor(long passes, long size)
{
    (void)size;
    double **g = matrix(GRID, GRID, generator_new(101010));
    relax(GRID, GRID, 1.25, g, passes);
    return !(g[GRID / 2][GRID / 2] > 0 && g[GRID / 2][GRID / 2] < 1);
}

// -- Monte Carlo --

static int monte_carlo(long passes, long size)
{
    (void)size;
    struct generator *g = generator_new(113);
    long inside = 0;
    for (long k = 0; k < passes; k++) {
        double x = next(g), y = next(g);
        if (x * x + y * y <= 1.0)
            inside++;
    }
    return passes > 1000 && !(fabs(4.0 * (double)inside / (double)passes - M_PI) < 0.2);
}

// -- Sparse matrix --

enum { ORDER = 1000, ENTRIES = 5000 };

__attribute__((noinline)) void multiply(int n, double *y, const double *value, const int *row,
                                        const int *column, const double *x, long passes)
{
    for (long p = 0; p < passes; p++)
        for (int r = 0; r < n; r++) {
            double sum = 0.0;
            int begin = row[r], end = row[r + 1];
            for (int i = begin; i < end; i++)
                sum += x[column[i]] * value[i];
            y[r] = sum;
        }
}

static int sparse(long passes, long size)
{
    (void)size;
    struct generator *g = generator_new(101010);
    double *x = vector(ORDER, g), *y = vector(ORDER, g), *value = vector(ENTRIES, g);
    int *row = app_room((ORDER + 1) * sizeof(*row)), *column = app_room(ENTRIES * sizeof(*column));
    int in_row = ENTRIES / ORDER;
    row[0] = 0;
    for (int r = 0; r < ORDER; r++) {
        int step = r / in_row < 1 ? 1 : r / in_row;
        row[r + 1] = row[r] + in_row;
        for (int i = 0; i < in_row; i++)
            column[row[r] + i] = i * step;
    }
    multiply(ORDER, y, value, row, column, x, passes);
    double last = 0;
    for (int i = row[ORDER - 1]; i < row[ORDER]; i++)
        last += x[column[i]] * value[i];
    return passes && y[ORDER - 1] != last;
}

// -- LU decomposition --

__attribute__((noinline)) int decompose(int n, double **a, int *pivot)
{
    for (int j = 0; j < n; j++) {
        int best = j;
        double most = fabs(a[j][j]);
        for (int i = j + 1; i < n; i++)
            if (fabs(a[i][j]) > most) {
                best = i;
                most = fabs(a[i][j]);
            }
        pivot[j] = best;
        if (a[best][j] == 0)
            return 1;
        double *row = a[j];
        a[j] = a[best];
        a[best] = row;
        if (j < n - 1) {
            double over = 1.0 / a[j][j];
            for (int k = j + 1; k < n; k++)
                a[k][j] *= over;
        }
        for (int i = j + 1; i < n; i++) {
            double *to = a[i], *from = a[j], by = to[j];
            for (int k = j + 1; k < n; k++)
                to[k] -= by * from[k];
        }
    }
    return 0;
}

static int lu(long passes, long size)
{
    (void)size;
    struct generator *g = generator_new(101010);
    double **from = matrix(GRID, GRID, g), **a = matrix(GRID, GRID, g);
    int pivot[GRID], singular = 0;
    for (long p = 0; p < passes; p++) {
        for (int i = 0; i < GRID; i++)
            for (int j = 0; j < GRID; j++)
                a[i][j] = from[i][j];
        singular |= decompose(GRID, a, pivot);
    }
    return singular;
}

static const struct kernel kernels[] = {
    { "fft", fft },       { "sor", sor }, { "monte-carlo", monte_carlo },
    { "sparse", sparse }, { "lu", lu },
};

APP_MAIN(kernels)
