// page.h: a report as one file of HTML that opens from disk and loads nothing.
//
// The page itself is made of the folder page/ when m2sim is built (needs node and npm); what it
// shows are parts of JSON that it looks for by name. This knows how to put them in, and not
// what they say.
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdio.h>

#include "base/err.h"

// Whether this build has the page; else false with *e, and nothing below may be called.
bool page_can(struct err *e);

struct page;

// Writes to `f` what stands before all parts.
struct page *page_begin(FILE *f);

// Where the next part, one value of JSON, is to be written: it may be laid out for
// reading, which the page is not. Valid until the next call.
FILE *page_part(struct page *p, const char *name);

// Writes the rest and frees `p`; false with *e on a write error.
bool page_end(struct page *p, struct err *e);

#endif
