// fft: the fast Fourier transform of 1024 complex numbers, there and back.
// Checked by: the inverse gives the input again, the energy is kept (Parseval), and a few
// coefficients agree with the sum that defines them.
#include "check.h"
#include <complex.h>

#ifndef CMPLX   // glibc 2.36 defines it for gcc alone
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

enum { POINTS = 1024, STAGES = 10 };

static double complex roots[POINTS / 2];

static void make_roots(void)
{
    for (int i = 0; i < POINTS / 2; i++)
        roots[i] = cexp(-2 * M_PI * I * i / POINTS);
}

// In place; `back` takes the conjugate roots and divides by the number of points.
static void transform(double complex *x, bool back)
{
    for (int i = 1, j = 0; i < POINTS; i++) {
        int bit = POINTS / 2;
        for (; j & bit; bit /= 2)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double complex t = x[i];
            x[i] = x[j];
            x[j] = t;
        }
    }
    for (int half = 1; half < POINTS; half *= 2)
        for (int start = 0; start < POINTS; start += 2 * half)
            for (int i = 0; i < half; i++) {
                double complex root = roots[i * (POINTS / 2 / half)];
                double complex low = x[start + i], high = x[start + i + half];
                double re = creal(root), im = back ? -cimag(root) : cimag(root);
                double complex t =
                    CMPLX(re * creal(high) - im * cimag(high), re * cimag(high) + im * creal(high));
                x[start + i] = low + t;
                x[start + i + half] = low - t;
            }
    for (int i = 0; back && i < POINTS; i++)
        x[i] /= POINTS;
}

static double energy(const double complex *x)
{
    double sum = 0;
    for (int i = 0; i < POINTS; i++)
        sum += creal(x[i]) * creal(x[i]) + cimag(x[i]) * cimag(x[i]);
    return sum;
}

// The distance of coefficient k from the sum that defines it.
static double direct_error(const double complex *x, const double complex *coefficients, int k)
{
    double complex sum = 0;
    for (int i = 0; i < POINTS; i++) {
        int turn = (int)((long)i * k % POINTS);
        double complex root = turn < POINTS / 2 ? roots[turn] : -roots[turn - POINTS / 2];
        sum += x[i] * root;
    }
    return cabs(sum - coefficients[k]);
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 80);
    static double complex input[POINTS], x[POINTS];
    double back_error = 0, energy_error = 0, sum_error = 0;
    uint32_t seed = 23;

    make_roots();
    for (uint64_t round = 0; round < scale; round++) {
        for (int i = 0; i < POINTS; i++)
            input[i] = CMPLX(random_next(&seed) / 4294967296.0 - 0.5,
                             random_next(&seed) / 4294967296.0 - 0.5);
        memcpy(x, input, sizeof x);
        transform(x, false);
        energy_error = fmax(energy_error, fabs(energy(x) / POINTS - energy(input)));
        sum_error = fmax(sum_error, direct_error(input, x, (int)(round * 37 % POINTS)));
        transform(x, true);
        for (int i = 0; i < POINTS; i++)
            back_error = fmax(back_error, cabs(x[i] - input[i]));
    }
    printf("last %.17g %.17g\n", creal(x[POINTS - 1]), cimag(x[POINTS - 1]));
    int bad = expect_near("back", back_error, 0, 1e-14);
    bad |= expect_near("energy", energy_error, 0, 1e-11);
    return bad | expect_near("sum", sum_error, 0, 1e-11);
}
