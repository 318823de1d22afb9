// blur: image filters: a 3x3 box over bytes, a separable filter over floats, brightness with
// saturation. Checked by: the box against sums from a table of prefix sums, the filter against its
// 2-D form in integers, and a histogram of the saturated image against one computed from the
// histogram before.
#include "check.h"

enum { SIDE = 96 };

typedef uint8_t image[SIDE][SIDE];

static void box(image out, const image in)
{
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++) {
            unsigned sum = 0;
            for (int row = y - 1; row <= y + 1; row++)
                sum += in[row][x - 1] + in[row][x] + in[row][x + 1];
            out[y][x] = (uint8_t)(sum / 9);
        }
}

static uint64_t box_errors(const image out, const image in)
{
    static uint32_t prefix[SIDE + 1][SIDE + 1];
    uint64_t wrong = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            prefix[y + 1][x + 1] = prefix[y][x + 1] + prefix[y + 1][x] - prefix[y][x] + in[y][x];
    for (int y = 1; y < SIDE - 1; y++)
        for (int x = 1; x < SIDE - 1; x++) {
            uint32_t sum = prefix[y + 2][x + 2] - prefix[y - 1][x + 2] - prefix[y + 2][x - 1] +
                           prefix[y - 1][x - 1];
            wrong += out[y][x] != sum / 9;
        }
    return wrong;
}

static const float weights[5] = { 0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f };

static void separable(float out[SIDE][SIDE], const image in)
{
    static float rows[SIDE][SIDE];
    for (int y = 0; y < SIDE; y++)
        for (int x = 2; x < SIDE - 2; x++) {
            float sum = 0;
            for (int k = 0; k < 5; k++)
                sum += weights[k] * in[y][x + k - 2];
            rows[y][x] = sum;
        }
    for (int y = 2; y < SIDE - 2; y++)
        for (int x = 2; x < SIDE - 2; x++) {
            float sum = 0;
            for (int k = 0; k < 5; k++)
                sum += weights[k] * rows[y + k - 2][x];
            out[y][x] = sum;
        }
}

// The same weights as sixteenths, so that the sum is an integer.
static double plain(const image in, int y, int x)
{
    static const int sixteenths[5] = { 1, 4, 6, 4, 1 };
    int sum = 0;
    for (int dy = 0; dy < 5; dy++)
        for (int dx = 0; dx < 5; dx++)
            sum += sixteenths[dy] * sixteenths[dx] * in[y + dy - 2][x + dx - 2];
    return sum / 256.0;
}

// Every sum is exact in a float, so both forms agree to the last bit.
static uint64_t separable_errors(float out[SIDE][SIDE], const image in, int y)
{
    uint64_t wrong = 0;
    for (int x = 2; x < SIDE - 2; x++)
        if ((double)out[y][x] != plain(in, y, x))
            wrong++;
    return wrong;
}

static void brighten(image out, const image in, int by)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int v = in[y][x] + by;
            out[y][x] = (uint8_t)(v > 255 ? 255 : v < 0 ? 0 : v);
        }
}

static uint64_t brighten_errors(const image out, const image in, int by)
{
    uint64_t count[256] = { 0 }, want[256] = { 0 };
    for (int i = 0; i < SIDE * SIDE; i++)
        count[in[i / SIDE][i % SIDE]]++;
    for (int v = 0; v < 256; v++)
        want[v + by > 255 ? 255 : v + by < 0 ? 0 : v + by] += count[v];
    for (int i = 0; i < SIDE * SIDE; i++)
        want[out[i / SIDE][i % SIDE]]--;
    uint64_t wrong = 0;
    for (int v = 0; v < 256; v++)
        wrong |= want[v];
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), wrong = 0;
    static image in, out;
    static float smooth[SIDE][SIDE];
    uint32_t seed = 29;

    for (uint64_t round = 0; round < scale; round++) {
        for (int i = 0; i < SIDE * SIDE; i++)
            in[i / SIDE][i % SIDE] = (uint8_t)(random_next(&seed) >> 8);
        box(out, in);
        wrong += box_errors(out, in);
        int by = (int)(round * 7 % 201) - 100;
        brighten(out, in, by);
        wrong += brighten_errors(out, in, by);
        separable(smooth, in);
        wrong += separable_errors(smooth, in, 2 + (int)(round % (SIDE - 4)));
    }
    printf("last %.9g\n", (double)smooth[SIDE / 2][SIDE / 2]);
    return expect("wrong", wrong, 0);
}
