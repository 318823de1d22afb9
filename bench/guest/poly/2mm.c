// 2mm: D = ABC + D, as two products.
// Checked by: the sum of each row of D is A(B(Cv)) + Dv for v of ones.
#include "poly.h"

enum { ROWS = 40, COLUMNS = 48, LEFT = 36, RIGHT = 44 };

static DATA a[ROWS][LEFT], b[LEFT][RIGHT], c[RIGHT][COLUMNS], d[ROWS][COLUMNS], ab[ROWS][RIGHT];

static void fill(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < LEFT; j++)
            a[i][j] = (DATA)((i * j + 1) % ROWS) / (FRACTIONS ? ROWS : 1);
    for (int i = 0; i < LEFT; i++)
        for (int j = 0; j < RIGHT; j++)
            b[i][j] = (DATA)(i * (j + 1) % RIGHT) / (FRACTIONS ? RIGHT : 1);
    for (int i = 0; i < RIGHT; i++)
        for (int j = 0; j < COLUMNS; j++)
            c[i][j] = (DATA)((i * (j + 3) + 1) % COLUMNS) / (FRACTIONS ? COLUMNS : 1);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            d[i][j] = (DATA)(i * (j + 2) % LEFT) / (FRACTIONS ? LEFT : 1);
}

static void kernel(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < RIGHT; j++) {
            ab[i][j] = 0;
            for (int k = 0; k < LEFT; k++)
                ab[i][j] += a[i][k] * b[k][j];
        }
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            for (int k = 0; k < RIGHT; k++)
                d[i][j] += ab[i][k] * c[k][j];
}

static void row_sums(DATA *want)
{
    DATA cv[RIGHT] = { 0 }, bcv[LEFT] = { 0 };
    for (int i = 0; i < RIGHT; i++)
        for (int j = 0; j < COLUMNS; j++)
            cv[i] += c[i][j];
    for (int i = 0; i < LEFT; i++)
        for (int j = 0; j < RIGHT; j++)
            bcv[i] += b[i][j] * cv[j];
    for (int i = 0; i < ROWS; i++) {
        want[i] = 0;
        for (int j = 0; j < LEFT; j++)
            want[i] += a[i][j] * bcv[j];
        for (int j = 0; j < COLUMNS; j++)
            want[i] += d[i][j];
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 25);
    double worst = 0, total = 0;
    for (uint64_t round = 0; round < scale; round++) {
        DATA want[ROWS];
        fill();
        row_sums(want);
        kernel();
        total = 0;
        for (int i = 0; i < ROWS; i++) {
            DATA sum = 0;
            for (int j = 0; j < COLUMNS; j++)
                sum += d[i][j];
            worst = fmax(worst, gap(sum, want[i]));
            total += (double)sum;
        }
    }
    printf("sum %.17g\n", total);
    return expect_near("gap", worst, 0, SLACK);
}
