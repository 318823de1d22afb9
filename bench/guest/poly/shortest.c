// shortest: the shortest ways between all pairs of a graph's nodes (Floyd and Warshall).
// Checked by: Dijkstra's algorithm from some of the nodes.
#include "poly.h"

enum { N = 72, FAR = 1000000 };

static DATA way[N][N], edge[N][N];

static void fill(uint32_t *seed)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            uint32_t r = random_next(seed) >> 8;
            edge[i][j] = i == j ? 0 : r % 5 ? FAR : (DATA)(r % 97 + 1);
        }
    memcpy(way, edge, sizeof way);
}

static void kernel(void)
{
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                way[i][j] = way[i][j] < way[i][k] + way[k][j] ? way[i][j] : way[i][k] + way[k][j];
}

static uint64_t wrong_from(int start)
{
    DATA best[N];
    bool done[N] = { false };
    uint64_t wrong = 0;
    for (int i = 0; i < N; i++)
        best[i] = i == start ? 0 : FAR;
    for (int round = 0; round < N; round++) {
        int at = -1;
        for (int i = 0; i < N; i++)
            if (!done[i] && (at < 0 || best[i] < best[at]))
                at = i;
        done[at] = true;
        for (int i = 0; i < N; i++)
            if (best[at] + edge[at][i] < best[i])
                best[i] = best[at] + edge[at][i];
    }
    for (int i = 0; i < N; i++)
        wrong += best[i] != way[start][i];
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 20), wrong = 0, sum = 0;
    uint32_t seed = 61;
    for (uint64_t round = 0; round < scale; round++) {
        fill(&seed);
        kernel();
        wrong += wrong_from((int)(round % N)) + wrong_from(N / 2);
        sum += (uint64_t)way[0][N - 1];
    }
    printf("sum %" PRIu64 "\n", sum);
    return expect("wrong", wrong, 0);
}
