// The reader of profiles on arbitrary files, and all that is written of one that it takes.
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "profile/diff.h"
#include "profile/profile.h"

// Numbers in a file are any: what is made of them need not be right, but has to end.
static void write_all(const struct profile *p)
{
    struct err e;
    FILE *f = fopen("/dev/null", "w");
    assert(f);
    for (const struct profile_format *to = profile_formats; to->name; to++)
        assert(to->write(p, f, &e));
    for (u32 k = 0; k < p->functions && k < 3; k++)
        if (!profile_annotate(p, p->function[k].name, f, &e))
            fuzz_check_error(&e);
    assert(profile_diff(p, p, f, false, &e));
    fclose(f);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
    struct err e = { 0 };
    char path[64];
    int fd = memfd_create("profile", 0);
    assert(fd >= 0 && write(fd, data, len) == (ssize_t)len);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct arena *a = arena_new();
    const struct profile *p = profile_read(path, a, &e);
    if (p)
        write_all(p);
    else
        fuzz_check_error(&e);
    arena_free(a);
    close(fd);
    return 0;
}
