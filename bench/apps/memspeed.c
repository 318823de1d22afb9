// Three loops over two arrays of doubles, four elements a turn, as R. Longbottom's MemSpeed has them:
// the first array is changed by the second. SIZE is the number of elements of each; a pass visits all.
#include "app.h"

struct arrays {
    double *x, *y;
};

static struct arrays arrays(long size, double x, double y)
{
    struct arrays a = { app_room(sizeof(double) * (size_t)size),
                        app_room(sizeof(double) * (size_t)size) };
    for (long k = 0; k < size; k++) {
        a.x[k] = x;
        a.y[k] = y;
    }
    return a;
}

static int scaled(long passes, long size)
{
    struct arrays a = arrays(size, 1.0, 1.0);
    double *x = a.x, *y = a.y, s = 1.00001;
    for (long i = 0; i < passes; i++) {
        app_fence();
        for (long m = 0; m < size; m += 4) {
            x[m] = x[m] + s * y[m];
            x[m + 1] = x[m + 1] + s * y[m + 1];
            x[m + 2] = x[m + 2] + s * y[m + 2];
            x[m + 3] = x[m + 3] + s * y[m + 3];
        }
    }
    return x[size - 1] != x[0];
}

static int added(long passes, long size)
{
    struct arrays a = arrays(size, 0.0, 1.0);
    double *x = a.x, *y = a.y;
    for (long i = 0; i < passes; i++) {
        app_fence();
        for (long m = 0; m < size; m += 4) {
            x[m] = x[m] + y[m];
            x[m + 1] = x[m + 1] + y[m + 1];
            x[m + 2] = x[m + 2] + y[m + 2];
            x[m + 3] = x[m + 3] + y[m + 3];
        }
    }
    return x[size - 1] != (double)passes;
}

static int copied(long passes, long size)
{
    struct arrays a = arrays(size, 0.0, 1.0);
    double *x = a.x, *y = a.y;
    for (long i = 0; i < passes; i++) {
        app_fence();
        for (long m = 0; m < size; m += 4) {
            x[m] = y[m];
            x[m + 1] = y[m + 1];
            x[m + 2] = y[m + 2];
            x[m + 3] = y[m + 3];
        }
    }
    return passes && x[size - 1] != 1.0;
}

static const struct kernel kernels[] = { { "scaled", scaled },
                                         { "added", added },
                                         { "copied", copied } };

APP_MAIN(kernels)
