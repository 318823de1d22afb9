// axis.h: what the pictures of results are drawn with: an axis, its ticks, the head of an SVG.
#ifndef FIT_AXIS_H
#define FIT_AXIS_H

#include <stdbool.h>
#include <stdio.h>

enum { WIDTH = 640, HEIGHT = 360, LEFT = 64, RIGHT = 16, TOP = 40, BOTTOM = 44 };

// An axis from values to pixels; logarithmic when it spans more than a factor of 50.
struct axis {
    double low, high, from, to;
    bool log;
};

double axis_place(const struct axis *a, double v);

// Takes `v` in, unless it is NAN; starts from low INFINITY and high -INFINITY.
void axis_widen(struct axis *a, double v);

// After the last value: rounds the ends, and decides whether it is logarithmic.
void axis_settle(struct axis *a);

// Round values: 1, 2 or 5 times a power of ten, four to eight of them; decades when logarithmic.
void axis_ticks(FILE *f, const struct axis *a, bool vertical);

// The start of a picture up to its title: its text and "</text>" are the caller's.
void svg_begin(FILE *f, int height);

// Text with what SVG would take for its own escaped.
void svg_text(FILE *f, const char *text);

#endif
