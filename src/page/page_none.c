// A build without node and npm has no page.
#include "page/page.h"

#include <assert.h>
#include <stddef.h>

bool page_can(struct err *e)
{
    return err_set(e, "this m2sim was built without node and npm (tools/setup page): no page");
}

struct page *page_begin(FILE *f)
{
    assert(!"page_can");
    return NULL;
}

FILE *page_part(struct page *p, const char *name)
{
    return NULL;
}

bool page_end(struct page *p, struct err *e)
{
    return page_can(e);
}
