#include <string.h>

#include "pipeline/pipeline.h"

const struct pipeline_format pipeline_formats[PIPELINE_FORMATS + 1] = {
#define FORMAT(name, suffix, doc) { #name, suffix, doc, pipeline_##name },
#include "pipeline/formats.def"
#undef FORMAT
    { NULL, NULL, NULL, NULL },
};

const struct pipeline_format *pipeline_format(const char *name)
{
    for (const struct pipeline_format *f = pipeline_formats; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

const struct pipeline_format *pipeline_format_of(const char *path)
{
    size_t n = strlen(path);
    if (n > 4 && !strcmp(path + n - 4, ".zst"))
        n -= 4;
    for (const struct pipeline_format *f = pipeline_formats; f->name; f++) {
        size_t k = strlen(f->suffix);
        if (k < n && !strncmp(path + n - k, f->suffix, k))
            return f;
    }
    return NULL;
}
