#include <string.h>

#include "page/page.h"
#include "profile/profile.h"

const struct profile_format profile_formats[PROFILE_FORMATS + 1] = {
#define FORMAT(name, suffix, doc) { #name, suffix, doc, "profile" suffix, profile_##name },
#include "profile/formats.def"
#undef FORMAT
    { NULL, NULL, NULL, NULL, NULL },
};

const struct profile_format *profile_format(const char *name)
{
    for (const struct profile_format *f = profile_formats; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

const struct profile_format *profile_format_of(const char *path)
{
    const struct profile_format *best = NULL;
    size_t n = strlen(path);
    for (const struct profile_format *f = profile_formats; f->name; f++) {
        size_t k = strlen(f->suffix);
        if (k && k < n && !strcmp(path + n - k, f->suffix) && (!best || k > strlen(best->suffix)))
            best = f;
    }
    return best;
}

bool profile_can(const struct profile_format *format, struct err *e)
{
    return format->write != profile_html || page_can(e);
}
