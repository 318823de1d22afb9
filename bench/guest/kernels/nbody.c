// nbody: five bodies under gravity, in steps of the leap-frog kind.
// Checked by: energy and momentum are kept, and a step back in time undoes a step.
#include "check.h"

enum { BODIES = 5 };

struct body {
    double x[3], v[3], mass;
};

// A heavy body at rest and four light ones on nearly circular orbits; G = 1.
static void place(struct body *b)
{
    memset(b, 0, BODIES * sizeof *b);
    b[0].mass = 100;
    for (int i = 1; i < BODIES; i++) {
        double r = 1.5 * i + 1, speed = sqrt(b[0].mass / r), angle = 0.7 * i;
        b[i].mass = 0.01 * i;
        b[i].x[0] = r * cos(angle);
        b[i].x[1] = r * sin(angle);
        b[i].x[2] = 0.1 * i;
        b[i].v[0] = -speed * sin(angle);
        b[i].v[1] = speed * cos(angle);
        b[0].v[0] -= b[i].v[0] * b[i].mass / b[0].mass;
        b[0].v[1] -= b[i].v[1] * b[i].mass / b[0].mass;
    }
}

static void kick(struct body *b, double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = b[i].x[k] - b[j].x[k];
                square += d[k] * d[k];
            }
            double pull = dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                b[i].v[k] -= d[k] * b[j].mass * pull;
                b[j].v[k] += d[k] * b[i].mass * pull;
            }
        }
}

static void drift(struct body *b, double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            b[i].x[k] += b[i].v[k] * dt;
}

static void leap(struct body *b, double dt)
{
    kick(b, dt / 2);
    drift(b, dt);
    kick(b, dt / 2);
}

static double energy(const struct body *b)
{
    double sum = 0;
    for (int i = 0; i < BODIES; i++) {
        for (int k = 0; k < 3; k++)
            sum += 0.5 * b[i].mass * b[i].v[k] * b[i].v[k];
        for (int j = i + 1; j < BODIES; j++) {
            double square = 0;
            for (int k = 0; k < 3; k++)
                square += (b[i].x[k] - b[j].x[k]) * (b[i].x[k] - b[j].x[k]);
            sum -= b[i].mass * b[j].mass / sqrt(square);
        }
    }
    return sum;
}

static double momentum(const struct body *b)
{
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        double p = 0;
        for (int i = 0; i < BODIES; i++)
            p += b[i].mass * b[i].v[k];
        sum += fabs(p);
    }
    return sum;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30);
    struct body b[BODIES], before[BODIES];
    const double dt = 0.001;

    place(b);
    double energy_at_first = energy(b);
    for (uint64_t i = 0; i < scale * 1000; i++)
        leap(b, dt);
    printf("at %.17g %.17g %.17g\n", b[1].x[0], b[1].x[1], b[1].x[2]);
    int bad = expect_near("momentum", momentum(b), 0, 1e-9);
    bad |= expect_near("energy change", energy(b) / energy_at_first - 1, 0, 1e-4);
    memcpy(before, b, sizeof b);
    leap(b, dt);
    leap(b, -dt);
    double off = 0;
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            off = fmax(off, fabs(b[i].x[k] - before[i].x[k]));
    return bad | expect_near("back", off, 0, 1e-13);
}
