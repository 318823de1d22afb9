// jacobi-2d: each point of a grid becomes the mean of itself and its four neighbours, again and
// again. Checked by: x, y, and xy are kept (they are harmonic, also on the grid), and from a point
// charge the sum is kept.
#include "poly.h"

enum { N = 64, STEPS = 20 };

static DATA a[N][N], b[N][N];

static void step(DATA to[N][N], DATA from[N][N])
{
    for (int i = 1; i < N - 1; i++)
        for (int j = 1; j < N - 1; j++)
            to[i][j] =
                (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i - 1][j] + from[i + 1][j]) *
                (DATA)0.2;
}

static void kernel(void)
{
    for (int t = 0; t < STEPS; t += 2) {
        step(b, a);
        step(a, b);
    }
}

static double harmonic_error(void)
{
    double worst = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            a[i][j] = b[i][j] = (DATA)((i - N / 2) * (j - 7) + 3 * i) / N;
    kernel();
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            worst = fmax(worst, gap(a[i][j], (DATA)((i - N / 2) * (j - 7) + 3 * i) / N));
    return worst;
}

static double charge_sum(void)
{
    double sum = 0;
    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    a[N / 2][N / 2] = 1;
    kernel();
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            sum += (double)a[i][j];
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30);
    double worst = 0, sum = 0;
    for (uint64_t round = 0; round < scale; round++) {
        worst = fmax(worst, harmonic_error());
        sum = charge_sum();
    }
    printf("middle %.17g\n", (double)a[N / 2][N / 2]);
    int bad = expect_near("harmonic", worst, 0, 10 * SLACK);
    return bad | expect_near("charge", sum, 1, SLACK);
}
