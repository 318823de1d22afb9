// livermore.h: the data of the Livermore loops.
//
// As in the versions that were measured, all are in one global object, scalars too: a compiler cannot
// tell a store to an array from one to a scalar, and how often it reloads them is part of what was
// measured.
#ifndef LIVERMORE_H
#define LIVERMORE_H

#include <stdint.h>

enum { SPAN = 1001, SHORT = 101, GRID = 64, ROWS = 7, PARTICLES = 512 };

struct common {
    double u[SPAN], v[SPAN], w[SPAN], x[SPAN], y[SPAN], z[SPAN], g[SPAN];
    double du1[SHORT], du2[SHORT], du3[SHORT];
    double grd[SPAN], dex[SPAN], xi[SPAN], ex[SPAN], ex1[SPAN], dex1[SPAN];
    double vx[SPAN], xx[SPAN], rx[SPAN], rh[2048];
    double vsp[SHORT], vstp[SHORT], vxne[SHORT], vxnd[SHORT], ve3[SHORT], vlr[SHORT], vlin[SHORT];
    double b5[SHORT], plan[300], d[300], sa[SHORT], sb[SHORT];
    double p[PARTICLES][4], px[SHORT][25], cx[SHORT][25], vy[25][SHORT];
    double vh[ROWS][SHORT], vf[ROWS][SHORT], vg[ROWS][SHORT], vs[ROWS][SHORT];
    double za[ROWS][SHORT], zp[ROWS][SHORT], zq[ROWS][SHORT], zr[ROWS][SHORT], zm[ROWS][SHORT];
    double zb[ROWS][SHORT], zu[ROWS][SHORT], zv[ROWS][SHORT], zz[ROWS][SHORT];
    double b[GRID][GRID], c[GRID][GRID], h[GRID][GRID];
    double u1[2][SHORT][5], u2[2][SHORT][5], u3[2][SHORT][5];
    double scalar[40];
    int64_t e[96], f[96], ix[SPAN], ir[SPAN], zone[301];
};

union memory {
    struct common at;
    double all[sizeof(struct common) / sizeof(double)];
};

struct progress {
    int64_t n, passes, done;
    int64_t searched, tests, zone_at, where, least;
};

#endif
