// atax: y = A'(Ax), rows first, then columns.
// Checked by: v.y = (Av).(Ax) for a vector v (in integers modulo 2^32, where both are exact).
#include "poly.h"

enum { ROWS = 80, COLUMNS = 80 };

static DATA a[ROWS][COLUMNS], x[COLUMNS], y[COLUMNS], ax[ROWS];

static void fill(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            a[i][j] = (i * COLUMNS + j) % 256;
    for (int j = 0; j < COLUMNS; j++) {
        x[j] = j % 256;
        y[j] = 0;
    }
    for (int i = 0; i < ROWS; i++)
        ax[i] = 0;
}

static void kernel(void)
{
    for (int i = 0; i < ROWS; i++) {
        ax[i] = 0;
        for (int j = 0; j < COLUMNS; j++)
            ax[i] += a[i][j] * x[j];
    }
    for (int j = 0; j < COLUMNS; j++) {
        y[j] = 0;
        for (int i = 0; i < ROWS; i++)
            y[j] += a[i][j] * ax[i];
    }
}

static DATA checksum(void)
{
    DATA sum = 0;
    for (int j = 0; j < COLUMNS; j++)
        sum += y[j];
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
static DATA projected(void)
{
    DATA sum = 0;
    for (int i = 0; i < ROWS; i++) {
        DATA av = 0, row = 0;
        for (int j = 0; j < COLUMNS; j++) {
            av += a[i][j];
            row += a[i][j] * x[j];
        }
        sum += av * row;
    }
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 300);
    double worst = 0;
    for (uint64_t round = 0; round < scale; round++) {
        fill();
        kernel();
        if (round % 16 == 0)
            worst = fmax(worst, gap(checksum(), projected()));
    }
    printf("sum %.17g\n", (double)checksum());
    return expect_near("gap", worst, 0, SLACK);
}
#endif
