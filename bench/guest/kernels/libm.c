// libm: the mathematical functions of the C library over many arguments.
// Checked by: identities between them (sin^2 + cos^2 = 1, exp(log x) = x, ...), with the error each
// may have.
#include "check.h"

struct worst {
    const char *name;
    double error, slack;
};

static void note(struct worst *w, double got, double want)
{
    double scale = fabs(want) > 1 ? fabs(want) : 1;
    w->error = fmax(w->error, fabs(got - want) / scale);
}

enum {
    CIRCLE,
    ANGLE,
    TANGENT,
    LOG,
    POWER,
    ROOT,
    CUBE,
    HYPER,
    ARC,
    GAMMA,
    ROUND,
    REMAINDER,
    SINGLE,
    TESTS
};

static void test(struct worst *w, double x, double y)
{
    double s = sin(x), c = cos(x);
    note(&w[CIRCLE], s * s + c * c, 1);
    note(&w[ANGLE], sin(x + y), s * cos(y) + c * sin(y));
    note(&w[TANGENT], tan(x) * c, s);
    note(&w[LOG], log(exp(x)), x);
    note(&w[POWER], pow(2.5, x) * pow(2.5, y), pow(2.5, x + y));
    note(&w[ROOT], sqrt(y) * sqrt(y), y);
    note(&w[CUBE], cbrt(x) * cbrt(x) * cbrt(x), x);
    note(&w[HYPER], cosh(y) - sinh(y), exp(-y));
    note(&w[ARC], atan2(sin(y / 4), cos(y / 4)), y / 4);
    note(&w[GAMMA], tgamma(y + 1), y * tgamma(y));
    note(&w[ROUND], floor(x) + (x - floor(x)) + rint(y) - nearbyint(y), trunc(x) + (x - trunc(x)));
    note(&w[REMAINDER], fmod(x, y) + y * trunc(x / y), x);
    note(&w[SINGLE], (double)(sinf((float)x) * sinf((float)x) + cosf((float)x) * cosf((float)x)),
         1);
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30);
    struct worst w[TESTS] = {
        { "circle", 0, 1e-15 }, { "angle", 0, 1e-14 }, { "tangent", 0, 1e-15 },
        { "log", 0, 1e-15 },    { "power", 0, 1e-14 }, { "root", 0, 1e-15 },
        { "cube", 0, 1e-14 },   { "hyper", 0, 1e-11 }, { "arc", 0, 1e-15 },
        { "gamma", 0, 1e-13 },  { "round", 0, 0 },     { "remainder", 0, 1e-12 },
        { "single", 0, 1e-6 },
    };
    uint32_t seed = 37;

    for (uint64_t i = 0; i < scale * 500; i++)
        test(w, random_next(&seed) / 268435456.0 - 8, random_next(&seed) / 536870912.0 + 0.125);
    int bad = 0;
    for (int i = 0; i < TESTS; i++)
        bad |= expect_near(w[i].name, w[i].error, 0, w[i].slack);
    return bad;
}
