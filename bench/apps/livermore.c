// The Livermore loops in C: 24 kernels of numerical codes, from their description (F. H. McMahon,
// The Livermore Fortran Kernels, UCRL-53745, 1986), with the lengths of R. Longbottom's PC version 4.0, part 1.
// Each pass ends in a call that counts.
#include <math.h>
#include <stddef.h>

#include "app.h"
#include "livermore.h"

union memory memory;
struct progress progress;

#define M memory.at
#define N progress.n
#define S(k) memory.at.scalar[k]

// What was measured counted its passes like this; a serial chain through memory.
static __attribute__((noinline)) int again(void)
{
    app_fence();
    return ++progress.done < progress.passes;
}

// 1: hydrodynamics fragment
static void hydro(void)
{
    do {
        for (int64_t k = 0; k < N; k++)
            M.x[k] = S(28) + M.y[k] * (S(30) * M.z[k + 10] + S(36) * M.z[k + 11]);
    } while (again());
}

// 2: incomplete Cholesky, conjugate gradient: halves its vector each time
static void iccg(void)
{
    do {
        int64_t left = N, end = 0;
        do {
            int64_t begin = end;
            end += left;
            left /= 2;
            int64_t i = end;
            for (int64_t k = begin + 1; k < end; k += 2) {
                i++;
                M.x[i] = M.x[k] - M.v[k] * M.x[k - 1] - M.v[k + 1] * M.x[k + 1];
            }
        } while (left > 0);
    } while (again());
}

// 3: inner product
static void inner(void)
{
    do {
        S(28) = 0.0;
        for (int64_t k = 0; k < N; k++)
            S(28) += M.z[k] * M.x[k];
    } while (again());
}

// 4: banded linear equations
static void banded(void)
{
    int64_t step = (SPAN - 7) / 2;
    do {
        for (int64_t k = 6; k < SPAN; k += step) {
            int64_t from = k - 6;
            double sum = M.x[k - 1];
            for (int64_t j = 4; j < N; j += 5) {
                sum -= M.x[from] * M.y[j];
                from++;
            }
            M.x[k - 1] = M.y[4] * sum;
        }
    } while (again());
}

// 5: tridiagonal elimination, below the diagonal
static void tridiagonal(void)
{
    do {
        for (int64_t i = 1; i < N; i++)
            M.x[i] = M.z[i] * (M.y[i] - M.x[i - 1]);
    } while (again());
}

// 6: general linear recurrence
static void recurrence(void)
{
    do {
        for (int64_t i = 1; i < N; i++) {
            M.w[i] = 0.01;
            for (int64_t k = 0; k < i; k++)
                M.w[i] += M.b[k][i] * M.w[(i - k) - 1];
        }
    } while (again());
}

// 7: equation of state
static void state(void)
{
    do {
        for (int64_t k = 0; k < N; k++)
            M.x[k] = M.u[k] + S(30) * (M.z[k] + S(30) * M.y[k]) +
                     S(36) * (M.u[k + 3] + S(30) * (M.u[k + 2] + S(30) * M.u[k + 1]) +
                              S(36) * (M.u[k + 6] + S(28) * (M.u[k + 5] + S(28) * M.u[k + 4])));
    } while (again());
}

// 8: alternating directions, implicit
#define ADI(a, m1, m2, m3)                                                                   \
    a[to][y][x] = a[from][y][x] + S(m1) * M.du1[y] + S(m2) * M.du2[y] + S(m3) * M.du3[y] +   \
                  S(34) * (a[from][y][x + 1] - 2.0 * a[from][y][x] + a[from][y][x - 1])
static void adi(void)
{
    int64_t from = 0, to = 1;
    do {
        for (int64_t x = 1; x < 3; x++)
            for (int64_t y = 1; y < N; y++) {
                M.du1[y] = M.u1[from][y + 1][x] - M.u1[from][y - 1][x];
                M.du2[y] = M.u2[from][y + 1][x] - M.u2[from][y - 1][x];
                M.du3[y] = M.u3[from][y + 1][x] - M.u3[from][y - 1][x];
                ADI(M.u1, 1, 2, 3);
                ADI(M.u2, 4, 5, 6);
                ADI(M.u3, 7, 8, 9);
            }
    } while (again());
}

// 9: integrate predictors
static void integrate(void)
{
    do {
        for (int64_t i = 0; i < N; i++)
            M.px[i][0] = S(22) * M.px[i][12] + S(21) * M.px[i][11] + S(20) * M.px[i][10] +
                         S(19) * M.px[i][9] + S(18) * M.px[i][8] + S(17) * M.px[i][7] +
                         S(16) * M.px[i][6] + S(12) * (M.px[i][4] + M.px[i][5]) + M.px[i][2];
    } while (again());
}

// 10: difference predictors; each difference takes the place of the predictor it came from
static void difference(void)
{
    do {
        for (int64_t i = 0; i < N; i++) {
            double a = M.cx[i][4];
            double b = a - M.px[i][4];
            M.px[i][4] = a;
            double c = b - M.px[i][5];
            M.px[i][5] = b;
            a = c - M.px[i][6];
            M.px[i][6] = c;
            b = a - M.px[i][7];
            M.px[i][7] = a;
            c = b - M.px[i][8];
            M.px[i][8] = b;
            a = c - M.px[i][9];
            M.px[i][9] = c;
            b = a - M.px[i][10];
            M.px[i][10] = a;
            c = b - M.px[i][11];
            M.px[i][11] = b;
            M.px[i][13] = c - M.px[i][12];
            M.px[i][12] = c;
        }
    } while (again());
}

// 11: first sum
static void sum(void)
{
    do {
        M.x[0] = M.y[0];
        for (int64_t k = 1; k < N; k++)
            M.x[k] = M.x[k - 1] + M.y[k];
    } while (again());
}

// 12: first difference
static void first_difference(void)
{
    do {
        for (int64_t k = 0; k < N; k++)
            M.x[k] = M.y[k + 1] - M.y[k];
    } while (again());
}

// 13: particles in a cell, two dimensions
static void particles_2d(void)
{
    do {
        for (int64_t k = 0; k < N; k++) {
            int64_t i = (int64_t)M.p[k][0], j = (int64_t)M.p[k][1];
            i &= GRID - 1;
            j &= GRID - 1;
            M.p[k][2] += M.b[j][i];
            M.p[k][3] += M.c[j][i];
            M.p[k][0] += M.p[k][2];
            M.p[k][1] += M.p[k][3];
            int64_t i2 = (int64_t)M.p[k][0], j2 = (int64_t)M.p[k][1];
            i2 = (i2 & (GRID - 1)) - 1;
            j2 = (j2 & (GRID - 1)) - 1;
            M.p[k][0] += M.y[i2 + 32];
            M.p[k][1] += M.z[j2 + 32];
            i2 += M.e[i2 + 32];
            j2 += M.f[j2 + 32];
            M.h[j2][i2] += 1.0;
        }
    } while (again());
}

// 14: particles in a cell, one dimension
static void particles_1d(void)
{
    do {
        for (int64_t k = 0; k < N; k++) {
            M.vx[k] = 0.0;
            M.xx[k] = 0.0;
            M.ix[k] = (int64_t)M.grd[k];
            M.xi[k] = (double)M.ix[k];
            M.ex1[k] = M.ex[M.ix[k] - 1];
            M.dex1[k] = M.dex[M.ix[k] - 1];
        }
        for (int64_t k = 0; k < N; k++) {
            M.vx[k] = M.vx[k] + M.ex1[k] + (M.xx[k] - M.xi[k]) * M.dex1[k];
            M.xx[k] = M.xx[k] + M.vx[k] + S(27);
            M.ir[k] = (int64_t)M.xx[k];
            M.rx[k] = M.xx[k] - (double)M.ir[k];
            M.ir[k] = (M.ir[k] & 2047) + 1;
            M.xx[k] = M.rx[k] + (double)M.ir[k];
        }
        for (int64_t k = 0; k < N; k++) {
            M.rh[M.ir[k] - 1] += 1.0 - M.rx[k];
            M.rh[M.ir[k]] += M.rx[k];
        }
    } while (again());
}

// 15: casual Fortran
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
static void casual(void)
{
    do {
        double a = 0.053, b = 0.073;
        for (int64_t j = 1; j < ROWS; j++)
            for (int64_t k = 1; k < N; k++) {
                if (j + 1 >= ROWS) {
                    M.vy[j][k] = 0.0;
                    continue;
                }
                S(36) = M.vh[j + 1][k] > M.vh[j][k] ? a : b;
                if (M.vf[j][k] < M.vf[j][k - 1]) {
                    S(30) = LARGER(M.vh[j][k - 1], M.vh[j + 1][k - 1]);
                    S(32) = M.vf[j][k - 1];
                } else {
                    S(30) = LARGER(M.vh[j][k], M.vh[j + 1][k]);
                    S(32) = M.vf[j][k];
                }
                M.vy[j][k] = sqrt(M.vg[j][k] * M.vg[j][k] + S(30) * S(30)) * S(36) / S(32);
                if (k + 1 >= N) {
                    M.vs[j][k] = 0.0;
                    continue;
                }
                if (M.vf[j][k] < M.vf[j - 1][k]) {
                    S(30) = LARGER(M.vg[j - 1][k], M.vg[j - 1][k + 1]);
                    S(32) = M.vf[j - 1][k];
                    S(36) = b;
                } else {
                    S(30) = LARGER(M.vg[j][k], M.vg[j][k + 1]);
                    S(32) = M.vf[j][k];
                    S(36) = a;
                }
                M.vs[j][k] = sqrt(M.vh[j][k] * M.vh[j][k] + S(30) * S(30)) * S(36) / S(32);
            }
    } while (again());
}

// 16: Monte Carlo search loop
static void search(void)
{
    int64_t third = N / 3, thirds = third + third;
    progress.searched = progress.tests = 0;
    do {
        int64_t first = 1;
        progress.zone_at = 1;
    next_zone:;
        int64_t base = (N + N) * (progress.zone_at - 1) + 1;
        for (int64_t k = 1; k <= N; k++) {
            progress.searched++;
            int64_t at = base + k + k;
            double side;
            progress.where = M.zone[at - 1];
            if (progress.where < N) {
                if (progress.where + thirds < N)
                    side = M.plan[progress.where - 1] - S(36);
                else if (progress.where + third < N)
                    side = M.plan[progress.where - 1] - S(32);
                else
                    side = M.plan[progress.where - 1] - S(30);
            } else if (progress.where == N) {
                break;
            } else {
                progress.tests++;
                const double *d = &M.d[progress.where - 5];
                side = d[4] - (d[3] * (S(36) - d[2]) * (S(36) - d[2]) +
                               (S(32) - d[1]) * (S(32) - d[1]) + (S(30) - d[0]) * (S(30) - d[0]));
            }
            if (side < 0.0) {
                if (M.zone[at - 2] < 0)
                    continue;
                else if (!M.zone[at - 2])
                    break;
            } else if (side) {
                if (M.zone[at - 2] > 0)
                    continue;
                else if (!M.zone[at - 2])
                    break;
            } else {
                break;
            }
            progress.zone_at++;
            if (progress.zone_at > M.zone[0])
                progress.zone_at = 1;
            if (first - progress.zone_at)
                goto next_zone;
            break;
        }
    } while (again());
}

// 17: implicit conditional computation
static void conditional(void)
{
    do {
        int64_t i = N - 1, j = 0, step = -1;
        double scale = 5.0 / 3.0, e6 = 1.03 / 3.07;
        S(39) = 1.0 / 3.0;
        goto begin;
    take:
        e6 = S(39) * M.vsp[i] + M.vstp[i];
        M.vxne[i] = e6;
        S(39) = e6;
        M.ve3[i] = e6;
        i += step;
        if (i == j)
            goto done;
    begin:;
        double e3 = S(39) * M.vlr[i] + M.vlin[i];
        double old = M.vxne[i];
        M.vxnd[i] = e6;
        double limit = scale * e3;
        if (S(39) > limit)
            goto take;
        if (old > limit)
            goto take;
        M.ve3[i] = e3;
        e6 = e3 + e3 - S(39);
        M.vxne[i] = e3 + e3 - old;
        S(39) = e6;
        i += step;
        if (i != j)
            goto begin;
    done:;
    } while (again());
}

// 18: explicit hydrodynamics, two dimensions
static void hydro_2d(void)
{
    do {
        S(36) = 0.0037;
        S(32) = 0.0041;
        int64_t rows = 6, n = N;
        for (int64_t k = 1; k < rows; k++)
            for (int64_t j = 1; j < n; j++) {
                M.za[k][j] =
                    (M.zp[k + 1][j - 1] + M.zq[k + 1][j - 1] - M.zp[k][j - 1] - M.zq[k][j - 1]) *
                    (M.zr[k][j] + M.zr[k][j - 1]) / (M.zm[k][j - 1] + M.zm[k + 1][j - 1]);
                M.zb[k][j] = (M.zp[k][j - 1] + M.zq[k][j - 1] - M.zp[k][j] - M.zq[k][j]) *
                             (M.zr[k][j] + M.zr[k - 1][j]) / (M.zm[k][j] + M.zm[k][j - 1]);
            }
        for (int64_t k = 1; k < rows; k++)
            for (int64_t j = 1; j < n; j++) {
                M.zu[k][j] += S(32) * (M.za[k][j] * (M.zz[k][j] - M.zz[k][j + 1]) -
                                       M.za[k][j - 1] * (M.zz[k][j] - M.zz[k][j - 1]) -
                                       M.zb[k][j] * (M.zz[k][j] - M.zz[k - 1][j]) +
                                       M.zb[k + 1][j] * (M.zz[k][j] - M.zz[k + 1][j]));
                M.zv[k][j] += S(32) * (M.za[k][j] * (M.zr[k][j] - M.zr[k][j + 1]) -
                                       M.za[k][j - 1] * (M.zr[k][j] - M.zr[k][j - 1]) -
                                       M.zb[k][j] * (M.zr[k][j] - M.zr[k - 1][j]) +
                                       M.zb[k + 1][j] * (M.zr[k][j] - M.zr[k + 1][j]));
            }
        for (int64_t k = 1; k < rows; k++)
            for (int64_t j = 1; j < n; j++) {
                M.zr[k][j] = M.zr[k][j] + S(36) * M.zu[k][j];
                M.zz[k][j] = M.zz[k][j] + S(36) * M.zv[k][j];
            }
    } while (again());
}

// 19: general linear recurrence, to the end and back
static void recurrence_both(void)
{
    int64_t base = 0;
    do {
        for (int64_t k = 0; k < N; k++) {
            M.b5[k + base] = M.sa[k] + S(35) * M.sb[k];
            S(35) = M.b5[k + base] - S(35);
        }
        for (int64_t i = 1; i <= N; i++) {
            int64_t k = N - i;
            M.b5[k + base] = M.sa[k] + S(35) * M.sb[k];
            S(35) = M.b5[k + base] - S(35);
        }
    } while (again());
}

// 20: discrete ordinates transport
static void transport(void)
{
    do {
        for (int64_t k = 0; k < N; k++) {
            double di = M.y[k] - M.g[k] / (M.xx[k] + S(15)), dn = 0.2;
            if (di) {
                dn = M.z[k] / di;
                if (S(36) < dn)
                    dn = S(36);
                if (S(32) > dn)
                    dn = S(32);
            }
            M.x[k] = ((M.w[k] + M.v[k] * dn) * M.xx[k] + M.u[k]) / (M.vx[k] + M.v[k] * dn);
            M.xx[k + 1] = (M.x[k] - M.xx[k]) * dn + M.xx[k];
        }
    } while (again());
}

// 21: matrix times matrix
static void product(void)
{
    do {
        for (int64_t k = 0; k < 25; k++)
            for (int64_t i = 0; i < 25; i++)
                for (int64_t j = 0; j < N; j++)
                    M.px[j][i] += M.vy[k][i] * M.cx[j][k];
    } while (again());
}

// 23: implicit hydrodynamics, two dimensions
static void implicit_2d(void)
{
    do {
        for (int64_t j = 1; j < 6; j++)
            for (int64_t k = 1; k < N; k++) {
                double qa = M.za[j + 1][k] * M.zr[j][k] + M.za[j - 1][k] * M.zb[j][k] +
                            M.za[j][k + 1] * M.zu[j][k] + M.za[j][k - 1] * M.zv[j][k] + M.zz[j][k];
                M.za[j][k] += 0.175 * (qa - M.za[j][k]);
            }
    } while (again());
}

// 24: place of the first least element
static void least(void)
{
    M.x[N / 2] = -1.0e+10;
    do {
        progress.least = 0;
        for (int64_t k = 1; k < N; k++)
            if (M.x[k] < M.x[progress.least])
                progress.least = k;
    } while (again());
}

// The kernels' lengths and work, in their order; 22 is the C library's exp.
static const struct {
    void (*run)(void);
    int64_t n;
} kernels[25] = {
    [1] = { hydro, 1001 },
    [2] = { iccg, 101 },
    [3] = { inner, 1001 },
    [4] = { banded, 1001 },
    [5] = { tridiagonal, 1001 },
    [6] = { recurrence, 64 },
    [7] = { state, 995 },
    [8] = { adi, 100 },
    [9] = { integrate, 101 },
    [10] = { difference, 101 },
    [11] = { sum, 1001 },
    [12] = { first_difference, 1000 },
    [13] = { particles_2d, 64 },
    [14] = { particles_1d, 1001 },
    [15] = { casual, 101 },
    [16] = { search, 75 },
    [17] = { conditional, 101 },
    [18] = { hydro_2d, 100 },
    [19] = { recurrence_both, 101 },
    [20] = { transport, 1000 },
    [21] = { product, 101 },
    [23] = { implicit_2d, 100 },
    [24] = { least, 1001 },
};

// -- Data --

// McMahon's SIGNAL: values near 0.1 that a compiler cannot foresee.
static void signal_values(double *at, size_t n)
{
    double fuzz = 0.0012345, buzz = 1.0 + fuzz, fizz = 1.1 * fuzz;
    for (size_t k = 0; k < n; k++) {
        buzz = (1.0 - fuzz) * buzz + fuzz;
        fuzz = -fuzz;
        at[k] = (buzz - fizz) * 0.1;
    }
}

// Places of particles, by the minimal standard generator of Park and Miller.
static void places(void)
{
    double seed = 256, modulus = 2147483647;
    for (size_t k = 0; k < SPAN; k++) {
        double product = seed * 16807;
        seed = product - (double)(int64_t)(product / modulus) * modulus;
        M.ix[k] = 1 + (int64_t)(seed * (SPAN - 1) / modulus);
    }
}

// Kernel 16's zones: two rows of two lists, and what ends the search.
static void zones(int64_t n)
{
    M.d[0] = 1.01980486428764;
    for (size_t l = 1; l < 300; l++)
        M.d[l] = M.d[l - 1] + 1.000e-4 / M.d[l - 1];
    double last = M.d[n - 1];
    for (int64_t k = 0; k < 2 * 2 * n; k++) {
        double in_list = (double)(k % n + 1);
        M.plan[k] = last * ((in_list + 1.0) / in_list);
        M.zone[k] = 2 * (k % n + 1);
    }
    M.zone[2 * n] = n;
    S(30) = M.d[n - 1];
    S(32) = M.d[n - 2];
    S(36) = M.d[n - 3];
}

static void prepare(int which)
{
    signal_values(memory.all, offsetof(struct common, scalar) / sizeof(double));
    signal_values(M.scalar + 1, 39);
    double place = 1.0;
    for (size_t l = 0; l < 4; l++)
        for (size_t i = 0; i < PARTICLES; i++, place += 0.5)
            M.p[i][l] = place;
    for (size_t i = 0; i < 96; i++)
        M.e[i] = M.f[i] = 1;
    places();
    for (size_t i = 0; i < SPAN; i++) {
        M.dex[i] *= -100.0;
        M.grd[i] = (double)M.ix[i];
    }
    S(27) = 0.001;
    if (which == 16)
        zones(kernels[16].n);
}

int main(int argc, char **argv)
{
    int which = argc == 3 ? atoi(argv[1]) : 0;
    if (which < 1 || which > 24 || !kernels[which].run) {
        fprintf(stderr, "usage: %s NUMBER PASSES; NUMBER 1 to 24 without 22\n", argv[0]);
        return 64;
    }
    prepare(which);
    progress.done = 0;   // bench/native calls it again
    progress.n = kernels[which].n;
    progress.passes = atol(argv[2]);
    kernels[which].run();
    return 0;
}
