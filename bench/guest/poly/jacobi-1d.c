// jacobi-1d: each number becomes the mean of itself and its neighbours, again and again, from one
// array to the other and back. Checked by: the same steps in another order (one array, every step
// as soon as its inputs are there).
#include "poly.h"

enum { N = 120, STEPS = 20 };

static DATA a[N], b[N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        a[i] = (i * i) % 256;
        b[i] = (i * 3) % 256;
    }
}

static void kernel(void)
{
    for (int t = 0; t < STEPS; t += 2) {
        for (int i = 1; i < N - 1; i++)
            b[i] = (a[i - 1] + a[i] + a[i + 1]) / 3;
        for (int i = 1; i < N - 1; i++)
            a[i] = (b[i - 1] + b[i] + b[i + 1]) / 3;
    }
}

static DATA checksum(void)
{
    DATA sum = 0;
    for (int i = 0; i < N; i++)
        sum += a[i];
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
// Level t of the table is the array written in step t (b when t is odd); edges are never written.
static const DATA *skewed(void)
{
    static DATA level[STEPS + 1][N];
    fill();
    for (int k = 0; k < N; k++)
        level[0][k] = a[k];
    for (int wave = 1; wave < N + STEPS; wave++)
        for (int t = 1; t <= STEPS; t++) {
            int k = wave - t;
            if (k < 0 || k >= N)
                continue;
            const DATA *edge = t % 2 ? b : a, *before = level[t - 1];
            level[t][k] =
                k == 0 || k == N - 1 ? edge[k] : (before[k - 1] + before[k] + before[k + 1]) / 3;
        }
    return level[STEPS];
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 1500);
    double worst = 0;
    for (uint64_t round = 0; round < scale; round++) {
        fill();
        kernel();
    }
    static DATA result[N];
    DATA sum = checksum();
    memcpy(result, a, sizeof a);
    const DATA *want = skewed();
    for (int i = 0; i < N; i++)
        worst = fmax(worst, gap(result[i], want[i]));
    printf("sum %.17g\n", (double)sum);
    return expect_near("gap", worst, 0, SLACK);
}
#endif
