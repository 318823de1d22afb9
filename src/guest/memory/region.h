// region.h: a stretch of guest addresses that are mapped alike.
#ifndef GUEST_REGION_H
#define GUEST_REGION_H

#include <stdbool.h>

#include "base/types.h"

struct space;

struct region {
    vaddr start, end;   // page aligned, end not included
    u32 prot;   // SPACE_*
    u32 ever;   // all it has had: what was touched stays
    bool shared;   // MAP_SHARED
    bool file;   // backed by a file: may raise SIGBUS past its end
    bool beyond;   // as may what is shared without a file, once it was made longer
    u8 forked;   // FORK_*: what the child of a fork has of it
    u64 offset;   // of `start` in that file, or in what is shared without one
    u64 dev, inode;   // shared without a file: 1 and a number of its own
    const char *name;   // for /proc/self/maps, or NULL; the space owns it
};

// Copies the region that holds `a`; false when there is none.
bool space_region_at(struct space *s, vaddr a, struct region *r);

// Copies the first region that ends behind `a`; false when there is none.
bool space_region_from(struct space *s, vaddr a, struct region *r);

#endif
