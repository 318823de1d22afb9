#include "base/oom.h"

#include <unistd.h>

// Without the C library's streams, which may want memory too.
_Noreturn void out_of_memory(void)
{
    static const char line[] = "m2sim: out of memory\n";
    enum { EXIT_INTERNAL = 70 };
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
        _exit(EXIT_INTERNAL);
    _exit(EXIT_INTERNAL);
}
