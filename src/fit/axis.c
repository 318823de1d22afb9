#include "fit/axis.h"

#include <math.h>

double axis_place(const struct axis *a, double v)
{
    double t = a->log ? log(v / a->low) / log(a->high / a->low) : (v - a->low) / (a->high - a->low);
    return a->from + t * (a->to - a->from);
}

void axis_widen(struct axis *a, double v)
{
    if (isnan(v))
        return;
    a->low = fmin(a->low, v);
    a->high = fmax(a->high, v);
}

void axis_settle(struct axis *a)
{
    a->log = a->low > 0 && a->high / a->low > 50;
    if (!a->log && a->low > 0 && a->low < 0.7 * a->high)
        a->low = 0;
    if (a->high <= a->low)
        a->high = a->low + 1;
    if (!a->log)
        a->high += 0.04 * (a->high - a->low);
}

void svg_text(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", f);
        else if (*text == '>')
            fputs("&gt;", f);
        else if (*text == '&')
            fputs("&amp;", f);
        else
            fputc(*text, f);
    }
}

void axis_ticks(FILE *f, const struct axis *a, bool vertical)
{
    double step = pow(10, floor(log10((a->high - a->low) / 4)));
    for (double m = 5; m >= 2 && !a->log; m -= 3)
        if ((a->high - a->low) / (step * m) >= 4) {
            step *= m;
            break;
        }
    double v = a->log ? pow(10, ceil(log10(a->low) - 1e-9)) : ceil(a->low / step - 1e-9) * step;
    while (v <= a->high * (1 + 1e-9)) {
        v = fabs(v) < 1e-9 * step ? 0 : v;
        double p = axis_place(a, v);
        if (vertical)
            fprintf(f,
                    "<path class='g' d='M%d %.1fH%d'/><text x='%d' y='%.1f' "
                    "text-anchor='end'>%g</text>\n",
                    LEFT, p, WIDTH - RIGHT, LEFT - 6, p + 4, v);
        else
            fprintf(f,
                    "<path class='g' d='M%.1f %dV%d'/><text x='%.1f' y='%d' "
                    "text-anchor='middle'>%g</text>\n",
                    p, TOP, HEIGHT - BOTTOM, p, HEIGHT - BOTTOM + 16, v);
        v = a->log ? v * 10 : v + step;
    }
}

void svg_begin(FILE *f, int height)
{
    fprintf(f,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' height='%d' "
            "font-family='sans-serif' font-size='12'>\n"
            "<style>.g{stroke:#ddd;fill:none}.m{stroke:#1f5fa8;fill:#1f5fa8}.s{stroke:#c8501e;fill:"
            "#c8501e}"
            ".l{fill:none}</style>\n<rect width='%d' height='%d' fill='#fff'/>\n<text x='%d' "
            "y='18' font-size='14'>",
            WIDTH, height, WIDTH, height, WIDTH, height, LEFT);
}
