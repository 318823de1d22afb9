#include "guest/process/loader.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/linux.h"

enum { LOADER_FAILED = 127 };   // the status glibc's and musl's end with

// Where Debian's cross compiler has the libraries of its programs.
static const char cross_root[] = "/usr/aarch64-linux-gnu";

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// NAME.so or NAME.so.VERSION.
static bool is_library(const char *path)
{
    const char *so = strstr(base_name(path), ".so");
    return so && (!so[3] || so[3] == '.');
}

bool loader_probes(const char *path)
{
    static const char *const folders[] = { "/lib",
                                           "/lib64",
                                           "/usr/lib",
                                           "/usr/lib64",
                                           "/lib/aarch64-linux-gnu",
                                           "/usr/lib/aarch64-linux-gnu" };
    for (size_t i = 0; i < COUNT(folders); i++)
        if (!strcmp(path, folders[i]))
            return true;
    return !strncmp(path, "/etc/ld.so.", 11) || !strncmp(path, "/etc/ld-musl-", 13) ||
           strstr(path, "/glibc-hwcaps") || is_library(path);
}

void loader_opened(struct thread *t, vaddr at, i64 result)
{
    struct process *p = t->process;
    char path[VIEW_PATH];
    if ((result >= 0 && !p->missing[0]) || (result < 0 && result != -ENOENT))
        return;
    if (space_string(p->space, path, at, sizeof(path)) < 0 || !is_library(path))
        return;
    const char *name = base_name(path);
    if (result < 0)
        snprintf(p->missing, sizeof(p->missing), "%.255s", name);
    else if (!strcmp(p->missing, name))
        p->missing[0] = 0;
}

// Words on where the file `name` of an AArch64 system is to come from.
static void advise(const struct process *p, const char *name, char *text, size_t size)
{
    char host[VIEW_PATH];
    snprintf(host, sizeof(host), "%s/lib/%s", cross_root, base_name(name));
    const char *root = p->options.files.root;
    if (root)
        snprintf(text, size, "install it there, or link the program with -static");
    else
        snprintf(text, size, "--root DIR gives the program the files of an AArch64 system%s%s%s",
                 access(host, R_OK) ? "" : ", such as --root ",
                 access(host, R_OK) ? "" : cross_root, "; or link it with -static");
}

void loader_ended(struct thread *t, int status)
{
    struct process *p = t->process;
    char advice[VIEW_PATH];
    if (status != LOADER_FAILED || !p->missing[0] || p->options.quiet ||
        t->cpu.pc - p->interp_base >= p->interp_size)
        return;
    const char *root = p->options.files.root;
    advise(p, p->missing, advice, sizeof(advice));
    fprintf(p->options.messages ? p->options.messages : stderr,
            "m2sim: %s: its dynamic linker finds no %s%s%s; %s\n", p->exe, p->missing,
            root ? " in --root " : "", root ? root : "", advice);
}

bool loader_missing(const struct process *p, const char *path, const char *interp, i64 error,
                    struct err *e)
{
    char advice[VIEW_PATH];
    const char *root = p->options.files.root;
    advise(p, interp, advice, sizeof(advice));
    return err_set(e, "%s: is dynamically linked, and its dynamic linker %s %s%s%s; %s", path,
                   interp, root ? "is not in --root " : "cannot be opened (",
                   root ? root : strerror(-error), root ? "" : ")", advice);
}
