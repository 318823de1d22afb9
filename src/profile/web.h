// web.h: what the files that write a profile for the page (html.c) share.
#ifndef PROFILE_WEB_H
#define PROFILE_WEB_H

#include "base/json.h"
#include "profile/profile.h"

// The page is to stay below 2 MB whatever the program: what is small is left out, then what comes last.
struct web {
    const struct profile *p;
    struct jw j;
    u64 all;   // slots
    struct profile_sum *own, *each;   // by function, by instruction
    u64 *below, *calls;   // of functions
    u32 *order, listed;   // functions that are in it, most slots of their own first
    u32 *place;   // of a function in that order, or PROFILE_NONE
    const char **file;   // that something in it names
    u32 files, file_room;
};

// The number of a file in the list that ends the page's data; -1: none.
i64 web_file(struct web *w, const char *file);

// Only what is not 0: the number of the cause or event, and how much of it.
void web_pairs(struct web *w, const char *key, const u64 *value, u32 n);

// Call paths, merged by function ("tree"); instructions and lines of the hottest functions
// ("code", "source").
void web_tree(struct web *w);
void web_code(struct web *w);

#endif
