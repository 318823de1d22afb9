// malloc.so: put before a program's C library, it lets the n-th allocation fail. $FAIL_MALLOC names a
// file of two 64-bit numbers: n, and how many there were, counted over all threads and children
// from the moment main is called. Those of libfyaml are left out: it does not look whether it gets
// memory, for which reason m2sim sees to that before (src/config/yaml.c).
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The program's are hidden; these are to be found by the loader.
#pragma GCC visibility push(default)

// Those of the C library behind these.
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

// clang-format off
struct shared { uint64_t n, count; };
// clang-format on

#define fails() fails_at((uintptr_t)__builtin_return_address(0))

static struct shared *shared;
static uintptr_t exempt_from, exempt_to;

static _Thread_local bool exempt;

static bool is_exempt(uintptr_t caller)
{
    return caller >= exempt_from && caller < exempt_to;
}

static int fails_at(uintptr_t caller)
{
    if (!shared || exempt || is_exempt(caller) ||
        __atomic_add_fetch(&shared->count, 1, __ATOMIC_RELAXED) != shared->n)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}

void *memalign(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return fails() ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **p, size_t alignment, size_t n)
{
    void *got = fails() ? NULL : __libc_memalign(alignment, n);
    if (got)
        *p = got;
    return got ? 0 : ENOMEM;
}

int __asprintf_chk(char **p, int flag, const char *form, ...);

// What the C library takes for libfyaml.
char *strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *t = fails() ? NULL : __libc_malloc(n);
    return t ? memcpy(t, s, n) : NULL;
}

int __asprintf_chk(char **p, int flag, const char *form, ...)
{
    va_list list;
    exempt = is_exempt((uintptr_t)__builtin_return_address(0));
    va_start(list, form);
    int n = vasprintf(p, form, list);
    va_end(list);
    exempt = false;
    return n;
}

int __libc_start_main(int (*go)(int, char **, char **), int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

typedef int main_function(int argc, char **argv, char **env);
typedef int start_function(main_function *go, int argc, char **argv, void (*init)(void),
                           void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

static main_function *program;

static void find_exempt(void)
{
    char line[4400];
    FILE *f = fopen("/proc/self/maps", "re");
    while (f && fgets(line, sizeof(line), f)) {
        unsigned long from, to;
        if (!strstr(line, "/libfyaml") || sscanf(line, "%lx-%lx", &from, &to) != 2)
            continue;
        exempt_from = exempt_from ? exempt_from : from;
        exempt_to = to;
    }
    if (f)
        fclose(f);
}

static int begin(int argc, char **argv, char **env)
{
    const char *path = getenv("FAIL_MALLOC");
    find_exempt();
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED
                      : mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (at != MAP_FAILED)
        shared = at;
    return program(argc, argv, env);
}

int __libc_start_main(main_function *go, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
    program = go;
    return start(begin, argc, argv, init, fini, rtld_fini, stack_end);
}
