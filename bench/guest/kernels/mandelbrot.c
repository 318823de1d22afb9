// mandelbrot: escape times of a grid in double and in single precision.
// Checked by: the set is symmetric about the real axis, and its area is known (1.5066, Monte Carlo
// and pixel counts).
#include "check.h"

enum { ROWS = 32, COLUMNS = 48, LIMIT = 256 };

static int escape_double(double cr, double ci)
{
    double r = 0, i = 0;
    for (int n = 0; n < LIMIT; n++) {
        double rr = r * r, ii = i * i;
        if (rr + ii > 4)
            return n;
        i = 2 * r * i + ci;
        r = rr - ii + cr;
    }
    return LIMIT;
}

static int escape_float(float cr, float ci)
{
    float r = 0, i = 0;
    for (int n = 0; n < LIMIT; n++) {
        float rr = r * r, ii = i * i;
        if (rr + ii > 4)
            return n;
        i = 2 * r * i + ci;
        r = rr - ii + cr;
    }
    return LIMIT;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 15), inside = 0, asymmetric = 0, differ = 0, steps = 0;

    // The grid over [-2, 1) x [-1, 1) moves by a part of its cell each round, so a long run samples
    // it finely.
    for (uint64_t round = 0; round < scale; round++) {
        double shift = ((double)(round % 8) + 0.5) / 8;
        for (int y = 0; y < ROWS; y++)
            for (int x = 0; x < COLUMNS; x++) {
                double cr = -2 + 3.0 * (x + shift) / COLUMNS, ci = -1 + 2.0 * (y + shift) / ROWS;
                int n = escape_double(cr, ci);
                steps += (uint64_t)n;
                inside += n == LIMIT;
                differ += abs(n - escape_float((float)cr, (float)ci)) > LIMIT / 2;
                asymmetric += y % 8 == 0 && escape_double(cr, -ci) != n;
            }
    }
    double area = 6.0 * (double)inside / (double)(scale * ROWS * COLUMNS);
    printf("steps %" PRIu64 "\ndiffer %" PRIu64 "\n", steps, differ);
    int bad = expect("asymmetric", asymmetric, 0);
    return bad | expect_near("area", area, 1.5066, 0.06);
}
