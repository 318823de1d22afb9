// gemm: C = C + AB, in the order rows, inner, columns.
// Checked by: (C + AB)v = Cv + A(Bv) for a vector v.
#include "poly.h"

enum { ROWS = 60, COLUMNS = 70, INNER = 80 };

static DATA a[ROWS][INNER], b[INNER][COLUMNS], c[ROWS][COLUMNS];

static void fill(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < INNER; k++)
            a[i][k] = (i * INNER + k) % 256;
    for (int k = 0; k < INNER; k++)
        for (int j = 0; j < COLUMNS; j++)
            b[k][j] = (k * COLUMNS + j) % 256;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            c[i][j] = (i * COLUMNS + j) % 256;
}

static void kernel(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < INNER; k++)
            for (int j = 0; j < COLUMNS; j++)
                c[i][j] += a[i][k] * b[k][j];
}

static DATA checksum(void)
{
    DATA sum = 0;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            sum += c[i][j];
    return sum;
}

#ifdef BARE
int main(void)
{
    fill();
    kernel();
    return checksum() != BARE_SUM;
}
#else
// What the sum of each row should be, from the data before the kernel.
static void row_sums(DATA *want)
{
    static DATA inner[INNER];
    for (int k = 0; k < INNER; k++) {
        inner[k] = 0;
        for (int j = 0; j < COLUMNS; j++)
            inner[k] += b[k][j];
    }
    for (int i = 0; i < ROWS; i++) {
        want[i] = 0;
        for (int k = 0; k < INNER; k++)
            want[i] += a[i][k] * inner[k];
        for (int j = 0; j < COLUMNS; j++)
            want[i] += c[i][j];
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20);
    double worst = 0;
    for (uint64_t round = 0; round < scale; round++) {
        DATA want[ROWS];
        fill();
        row_sums(want);
        kernel();
        for (int i = 0; i < ROWS; i++) {
            DATA sum = 0;
            for (int j = 0; j < COLUMNS; j++)
                sum += c[i][j];
            worst = fmax(worst, gap(sum, want[i]));
        }
    }
    printf("sum %.17g\n", (double)checksum());
    return expect_near("gap", worst, 0, SLACK);
}
#endif
