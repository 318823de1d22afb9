// Sections of the Whetstone benchmark in C, single precision, that need no mathematical functions
// (H. J. Curnow and B. A. Wichmann, A synthetic benchmark, The Computer Journal 19, 1976; the order of
// operations is that of R. Longbottom's C version). A pass is one turn of a section's loop. The three
// procedures are external, as there: it is the compiler's choice which of them it calls.
#include <math.h>

#include "app.h"

struct section {
    float e[4], x, y, z;
    long j, k, l;
};

// What changes sign or size between the outer turns of the benchmark.
static const float T = 0.49999975f, T1 = 0.50000025f, T2 = 2.0f;

static int differs(float is, float wanted)
{
    return !(fabsf(is - wanted) < 0.01f);
}

// N1: elements of an array
static int elements(long passes, long size)
{
    (void)size;
    static float e[4] = { 1.0f, -1.0f, -1.0f, -1.0f };
    float t = T;
    app_fence();
    for (long i = 0; i < passes; i++) {
        e[0] = (e[0] + e[1] + e[2] - e[3]) * t;
        e[1] = (e[0] + e[1] - e[2] + e[3]) * t;
        e[2] = (e[0] - e[1] + e[2] + e[3]) * t;
        e[3] = (-e[0] + e[1] + e[2] + e[3]) * t;
    }
    app_fence();
    return !(e[3] < -0.9f && e[3] > -1.2f);
}

// N2: an array as argument
void array_argument(float e[4], float t, float t2)
{
    for (long j = 0; j < 6; j++) {
        e[0] = (e[0] + e[1] + e[2] - e[3]) * t;
        e[1] = (e[0] + e[1] - e[2] + e[3]) * t;
        e[2] = (e[0] - e[1] + e[2] + e[3]) * t;
        e[3] = (-e[0] + e[1] + e[2] + e[3]) / t2;
    }
}

static int argument(long passes, long size)
{
    (void)size;
    static float e[4] = { 1.0f, -1.0f, -1.0f, -1.0f };
    for (long i = 0; i < passes; i++)
        array_argument(e, T, T2);
    app_fence();
    return !(e[3] < -0.9f && e[3] > -1.2f);
}

// N3: conditional jumps
static int jumps(long passes, long size)
{
    (void)size;
    long j = 1;
    for (long i = 0; i < passes; i++) {
        if (j == 1)
            j = 2;
        else
            j = 3;
        if (j > 2)
            j = 0;
        else
            j = 1;
        if (j < 1)
            j = 1;
        else
            j = 0;
        APP_KEEP(j);
    }
    return j != 0 && j != 1;
}

// N4: integers
static int integers(long passes, long size)
{
    (void)size;
    static float e[4];
    long j = 1, k = 2, l = 3;
    app_fence();
    for (long i = 0; i < passes; i++) {
        j = j * (k - j) * (l - k);
        k = l * k - (l - j) * k;
        l = (l - k) * (k + j);
        e[l - 2] = e[l - 2] + (float)j + (float)k + (float)l;
        e[k - 2] = e[k - 2] + (float)(j * k * l);
    }
    app_fence();
    return j != 1 || k != 2 || l != 3;
}

// N6: calls of a procedure with three results
void three(float *x, float *y, float *z, float t, float t1, float t2)
{
    *x = *y;
    *y = *z;
    *x = t * (*x + *y);
    *y = t1 * (*x + *y);
    *z = (*x + *y) / t2;
}

static int calls(long passes, long size)
{
    (void)size;
    static struct section s = { .x = 1.0f, .y = 1.0f, .z = 1.0f };
    for (long i = 0; i < passes; i++)
        three(&s.x, &s.y, &s.z, T, T1, T2);
    app_fence();
    return differs(s.z, 1.0f);
}

// N7: elements of an array that change places
void rotate(float e[4], long j, long k, long l)
{
    e[j] = e[k];
    e[k] = e[l];
    e[l] = e[j];
}

static int assignments(long passes, long size)
{
    (void)size;
    static float e[4] = { 1.0f, 2.0f, 3.0f, 0.0f };
    for (long i = 0; i < passes; i++)
        rotate(e, 0, 1, 2);
    app_fence();
    return passes && e[0] != e[2];
}

static const struct kernel kernels[] = {
    { "N1", elements }, { "N2", argument }, { "N3", jumps },
    { "N4", integers }, { "N6", calls },    { "N7", assignments },
};

APP_MAIN(kernels)
