// dense: a small neural network in single precision (two dense layers, ReLU, softmax) trained by
// gradient descent. Checked by: its gradient against differences of the loss, and the loss falls on
// a task it can learn (parity).
#include "check.h"

enum { INPUTS = 4, HIDDEN = 16, CASES = 16 };

struct net {
    float w1[HIDDEN][INPUTS], b1[HIDDEN];
    float w2[2][HIDDEN], b2[2];
};

enum { WEIGHTS = sizeof(struct net) / sizeof(float) };

// The loss of one case; adds its gradient to `g` unless NULL.
static float learn(const struct net *n, const float *x, int label, struct net *g)
{
    float h[HIDDEN], out[2], p[2];
    for (int i = 0; i < HIDDEN; i++) {
        float sum = n->b1[i];
        for (int j = 0; j < INPUTS; j++)
            sum += n->w1[i][j] * x[j];
        h[i] = sum > 0 ? sum : 0;
    }
    for (int k = 0; k < 2; k++) {
        out[k] = n->b2[k];
        for (int i = 0; i < HIDDEN; i++)
            out[k] += n->w2[k][i] * h[i];
    }
    p[1] = 1 / (1 + expf(out[0] - out[1]));
    p[0] = 1 - p[1];
    if (g) {
        float back[HIDDEN] = { 0 };
        for (int k = 0; k < 2; k++) {
            float d = p[k] - (k == label);
            g->b2[k] += d;
            for (int i = 0; i < HIDDEN; i++) {
                g->w2[k][i] += d * h[i];
                back[i] += d * n->w2[k][i];
            }
        }
        for (int i = 0; i < HIDDEN; i++) {
            float d = h[i] > 0 ? back[i] : 0;
            g->b1[i] += d;
            for (int j = 0; j < INPUTS; j++)
                g->w1[i][j] += d * x[j];
        }
    }
    return logf(1 + expf(out[1 - label] - out[label]));
}

static void case_of(int c, float *x, int *label)
{
    *label = __builtin_popcount((unsigned)c) & 1;
    for (int j = 0; j < INPUTS; j++)
        x[j] = c >> j & 1 ? 1.0f : -1.0f;
}

static float loss_of(const struct net *n, struct net *g)
{
    float sum = 0, x[INPUTS];
    for (int c = 0; c < CASES; c++) {
        int label;
        case_of(c, x, &label);
        sum += learn(n, x, label, g);
    }
    return sum;
}

// The largest gap between the gradient and the slope of the loss, over every 7th weight.
static double gradient_gap(struct net *n)
{
    struct net g = { 0 };
    float *weight = (float *)n, *slope = (float *)&g;
    double worst = 0;
    loss_of(n, &g);
    for (int i = 0; i < WEIGHTS; i += 7) {
        float keep = weight[i], step = 1.0f / 256;
        weight[i] = keep + step;
        double up = loss_of(n, NULL);
        weight[i] = keep - step;
        double down = loss_of(n, NULL);
        weight[i] = keep;
        worst = fmax(worst, fabs((up - down) / (2.0 * step) - slope[i]));
    }
    return worst;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30);
    struct net n;
    float *weight = (float *)&n;
    uint32_t seed = 31;

    for (int i = 0; i < WEIGHTS; i++)
        weight[i] = (float)(random_next(&seed) / 4294967296.0 - 0.5);
    double gap = gradient_gap(&n), first = loss_of(&n, NULL);
    for (uint64_t round = 0; round < scale * 100; round++) {
        struct net g = { 0 };
        loss_of(&n, &g);
        for (int i = 0; i < WEIGHTS; i++)
            weight[i] -= 0.02f * ((float *)&g)[i];
    }
    double last = loss_of(&n, NULL);
    printf("loss %.9g %.9g\n", first, last);
    int bad = expect_near("gradient", gap, 0, 0.02);
    return bad | expect_true("learns", last < first);
}
