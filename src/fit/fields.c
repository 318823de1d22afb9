#include "fit/fields.h"

#include <string.h>

size_t fit_fields(char *line, char **field, size_t most)
{
    size_t n = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *s = line; s && n < most; n++) {
        char *end;
        if (*s == '"') {   // a quote inside is doubled
            field[n] = ++s;
            char *to = s;
            for (; *s && (*s != '"' || s[1] == '"'); s++) {
                s += *s == '"';
                *to++ = *s;
            }
            end = *s ? strchr(s + 1, ',') : NULL;
            *to = 0;
        } else {
            field[n] = s;
            end = strchr(s, ',');
        }
        if (end)
            *end++ = 0;
        s = end;
    }
    return n;
}

const char *fit_fields_wrong(const char *line)
{
    for (const char *s = line; *s; s++) {
        if (*s == '"') {
            for (s++; *s && (*s != '"' || s[1] == '"'); s++)
                s += *s == '"';
            if (!*s)
                return "a quote that does not end";
            if (s[1] && s[1] != ',')
                return "more behind a quote that ended";
            s++;
        } else {
            s += strcspn(s, ",");
        }
        if (!*s)
            break;
    }
    return NULL;
}
