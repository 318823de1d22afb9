// images.h: the files that the guest has mapped, with the names in them.
#ifndef API_IMAGES_H
#define API_IMAGES_H

#include "api/sim.h"

// A mapped file.
struct image {
    const char *file;   // its name, as the guest sees it
    const char *host;   // where the host has it, or NULL when nowhere
    struct symbols *names;   // or NULL
    u64 bias;   // what the file's addresses are moved by
};

struct images;

struct images *images_new(const struct m2sim *s);
void images_free(struct images *i);

// The file mapped at `pc`, an address of the guest's, as it is now or was when this was asked first;
// NULL when none is. For one thread at a time, also while the guest runs.
const struct image *images_at(struct images *i, vaddr pc);

// The function at `pc`: from *start up to *end, and its name. False when there is none that is known.
bool images_function(struct images *i, vaddr pc, vaddr *start, vaddr *end, const char **name);

#endif
