#include "page/page.h"

#include <errno.h>
#include <stdlib.h>

#include "base/oom.h"
#include "page_text.h"   // page_head and page_tail, made of page/

struct page {
    FILE *f, *part;
    bool string, escaped;   // where in the JSON it is
};

bool page_can(struct err *e)
{
    (void)e;
    return true;
}

// The part as it may stand between the tags of a script: without blanks between values, and with no
// '<', which is only in strings, so that none of them can end the script.
static ssize_t squeeze(void *cookie, const char *text, size_t n)
{
    struct page *p = cookie;
    for (const char *c = text; c < text + n; c++) {
        bool blank = *c == ' ' || *c == '\n';
        if (*c == '<')
            fputs("\\u003c", p->f);
        else if (p->string || !blank)
            fputc(*c, p->f);
        if (!p->escaped && *c == '"')
            p->string = !p->string;
        p->escaped = p->string && !p->escaped && *c == '\\';
    }
    return ferror(p->f) ? 0 : (ssize_t)n;
}

static void end_part(struct page *p)
{
    if (!p->part)
        return;
    fclose(p->part);
    fputs("</script>\n", p->f);
    p->part = NULL;
}

struct page *page_begin(FILE *f)
{
    struct page *p = calloc(1, sizeof(*p));
    if (!p)
        out_of_memory();
    p->f = f;
    fputs(page_head, f);
    return p;
}

FILE *page_part(struct page *p, const char *name)
{
    end_part(p);
    fprintf(p->f, "<script type=\"application/json\" id=\"m2sim-%s\">", name);
    p->string = p->escaped = false;
    p->part = fopencookie(p, "w", (cookie_io_functions_t){ .write = squeeze });
    if (!p->part)
        out_of_memory();
    return p->part;
}

bool page_end(struct page *p, struct err *e)
{
    FILE *f = p->f;
    end_part(p);
    fputs(page_tail, f);
    free(p);
    return (fflush(f) == 0 && !ferror(f)) || err_system(e, errno, "the page");
}
