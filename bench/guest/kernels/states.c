// states: a state machine that sorts words into integers, fixed point, scientific notation and
// nonsense, and a walk over its counts: the branchy mix of control programs. Checked by: the words
// are made from a list whose kinds are known, so each kind's number is.
#include "check.h"

enum state {
    START,
    SIGN,
    DIGITS,
    POINT,
    FRACTION,
    EXPONENT,
    EXPONENT_SIGN,
    POWER,
    NONSENSE,
    STATES
};

static const char *const words[] = {
    "5012",     "-874",     "+122",     "0",        "35.54400", ".1234500", "-110.700", "+0.64400",
    "5.500e+3", "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^",
};

static const enum state kinds[] = {
    DIGITS, DIGITS, DIGITS, DIGITS, FRACTION, FRACTION, FRACTION, FRACTION,
    POWER,  POWER,  POWER,  POWER,  NONSENSE, NONSENSE, NONSENSE, NONSENSE,
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static enum state step(enum state s, char c)
{
    switch (s) {
    case START:
        if (c == '+' || c == '-')
            return SIGN;
        // fall through
    case SIGN: return digit(c) ? DIGITS : c == '.' ? POINT : NONSENSE;
    case DIGITS:
        if (c == '.')
            return FRACTION;
        return digit(c) ? DIGITS : c == 'e' || c == 'E' ? EXPONENT : NONSENSE;
    case POINT: return digit(c) ? FRACTION : NONSENSE;
    case FRACTION: return digit(c) ? FRACTION : c == 'e' || c == 'E' ? EXPONENT : NONSENSE;
    case EXPONENT: return digit(c) ? POWER : c == '+' || c == '-' ? EXPONENT_SIGN : NONSENSE;
    case EXPONENT_SIGN:
    case POWER: return digit(c) ? POWER : NONSENSE;
    default: return NONSENSE;
    }
}

// Runs over comma-separated words; counts the state each ends in and every change of state.
static void classify(const char *text, uint64_t *ends, uint64_t *changes)
{
    while (*text) {
        enum state s = START;
        for (; *text && *text != ','; text++) {
            enum state next = step(s, *text);
            *changes += next != s;
            s = next;
        }
        ends[s]++;
        text += *text == ',';
    }
}

int main(int argc, char **argv)
{
    uint64_t scale = scale_of(argc, argv, 30), ends[STATES] = { 0 }, want[STATES] = { 0 },
             changes = 0;
    static char text[65536];
    uint32_t seed = 13;

    for (uint64_t round = 0; round < scale; round++) {
        char *p = text;
        while (p < text + sizeof text - 16) {
            uint32_t pick = random_next(&seed) >> 9 & 15;
            size_t n = strlen(words[pick]);
            memcpy(p, words[pick], n);
            p[n] = ',';
            p += n + 1;
            want[kinds[pick]]++;
        }
        *p = 0;
        classify(text, ends, &changes);
    }
    printf("changes %" PRIu64 "\n", changes);
    int bad = expect("integers", ends[DIGITS], want[DIGITS]);
    bad |= expect("fixed", ends[FRACTION], want[FRACTION]);
    bad |= expect("scientific", ends[POWER], want[POWER]);
    return bad | expect("nonsense", ends[NONSENSE], want[NONSENSE]);
}
