#include "base/oom.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// Without the C library's streams, which may want memory too.
__attribute__((noreturn)) void host_failed(const char *what)
{
    enum { EXIT_INTERNAL = 70 };
    static const char begin[] = "m2sim: ", end[] = "\n";
    struct iovec line[] = { { (char *)begin, sizeof(begin) - 1 },
                            { (char *)what, strlen(what) },
                            { (char *)end, sizeof(end) - 1 } };
    if (writev(STDERR_FILENO, line, 3) < 0)
        _exit(EXIT_INTERNAL);
    _exit(EXIT_INTERNAL);
}

__attribute__((noreturn)) void out_of_memory(void)
{
    host_failed("out of memory");
}

void *must_calloc(size_t n, size_t size)
{
    return must(calloc(n ? n : 1, size));
}
