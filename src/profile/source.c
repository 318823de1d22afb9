#include "profile/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/oom.h"

enum { MOST_BYTES = 16 << 20 };   // of a file that is read

struct source {
    struct source *next;
    char *name, *text;   // text NULL: it cannot be read
    char **line;
    u32 *indent, lines;
};

struct sources {
    struct source *files;
};

struct sources *sources_new(void)
{
    return must(calloc(1, sizeof(struct sources)));
}

void sources_free(struct sources *s)
{
    for (struct source *f = s->files, *next; f; f = next) {
        next = f->next;
        free(f->name);
        free(f->text);
        free(f->line);
        free(f->indent);
        free(f);
    }
    free(s);
}

static char *read_text(const char *name, size_t *size)
{
    struct stat st;
    FILE *f = !stat(name, &st) && S_ISREG(st.st_mode) && st.st_size <= MOST_BYTES
                  ? fopen(name, "rb")
                  : NULL;
    if (!f)
        return NULL;
    char *text = must(malloc((size_t)st.st_size + 1));
    *size = fread(text, 1, (size_t)st.st_size, f);
    text[*size] = 0;
    fclose(f);
    return text;
}

// Cuts the text into lines; control characters, which could move a terminal's cursor, become blanks.
static void cut(struct source *f, size_t size)
{
    u32 count = 1;
    for (size_t k = 0; k < size; k++)
        count += f->text[k] == '\n';
    f->line = must(calloc(count, sizeof(*f->line)));
    f->indent = must(calloc(count, sizeof(*f->indent)));
    for (char *at = f->text, *end = f->text + size; at < end;) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        char *next = stop ? stop + 1 : end;
        stop = stop ? stop : end;
        u32 columns = 0;
        for (const char *c = at; c < stop && (*c == ' ' || *c == '\t'); c++)
            columns = *c == ' ' ? columns + 1 : (columns | 7) + 1;
        for (char *c = at; c < stop; c++)
            if ((unsigned char)*c < ' ' || *c == 127)
                *c = ' ';
        while (at < stop && *at == ' ')
            at++;
        while (stop > at && stop[-1] == ' ')
            stop--;
        *stop = 0;
        f->indent[f->lines] = columns;
        f->line[f->lines++] = at;
        at = next;
    }
}

static struct source *open_source(struct sources *s, const char *name)
{
    for (struct source *f = s->files; f; f = f->next)
        if (!strcmp(f->name, name))
            return f;
    struct source *f = must(calloc(1, sizeof(*f)));
    size_t size = 0;
    f->name = must(strdup(name));
    f->text = read_text(name, &size);
    if (f->text)
        cut(f, size);
    f->next = s->files;
    return s->files = f;
}

const char *sources_line(struct sources *s, const char *file, u32 line)
{
    const struct source *f = file && line ? open_source(s, file) : NULL;
    return f && line <= f->lines ? f->line[line - 1] : NULL;
}

u32 sources_indent(struct sources *s, const char *file, u32 line)
{
    const struct source *f = file && line ? open_source(s, file) : NULL;
    return f && line <= f->lines ? f->indent[line - 1] : 0;
}
