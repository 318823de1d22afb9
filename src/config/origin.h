// origin.h: where something that a configuration says came from.
#ifndef CONFIG_ORIGIN_H
#define CONFIG_ORIGIN_H

#include <stddef.h>

enum origin_kind { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_SET };

struct origin {
    enum origin_kind kind;
    const char *file;     // ORIGIN_FILE
    unsigned line, column;   // ORIGIN_FILE, from 1
    const char *source;   // the comment on that line, "" when there is none
};

// "FILE:LINE", "--set" or `otherwise`.
void origin_format(const struct origin *o, const char *otherwise, char *text, size_t n);

#endif
