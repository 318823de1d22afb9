#include "guest/process/program.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/linux.h"
#include "guest/process/loader.h"

enum {
    MAX_SCRIPTS = 4,      // as Linux: a script's interpreter may be a script
    LINE = 256,           // of "#!", as Linux
};

void program_free(struct program *g)
{
    if (!g)
        return;
    free(g->argv);
    free(g->text);
    free(g);
}

static i64 open_program(struct thread *t, const char *text, u32 flags)
{
    struct guest_path path;
    i64 failed = path_of(t, text, PATH_FOLLOW | flags, &path);
    return failed ? failed : path_end(&path, path_open(t, &path, O_RDONLY | O_NONBLOCK, 0));
}

// The two words of a "#!" line in `line`; *arg is NULL when there is one only.
static char *script_words(char *line, char **arg)
{
    *arg = NULL;
    line[strcspn(line, "\n")] = 0;
    char *word = line + 2 + strspn(line + 2, " \t");
    char *end = word + strcspn(word, " \t");
    if (*end) {
        *end++ = 0;
        end += strspn(end, " \t");
        for (size_t n = strlen(end); n && (end[n - 1] == ' ' || end[n - 1] == '\t');)
            end[--n] = 0;
        *arg = *end ? end : NULL;
    }
    return word;
}

// Puts the interpreter's words and the script's name in place of argv[0].
static void prepend(struct program *g, const char *word, const char *arg, const char *script)
{
    size_t n = 0;
    while (g->argv[n])
        n++;
    const char **argv = calloc(n + 4, sizeof(*argv));
    if (!argv)
        out_of_memory();
    size_t at = 0;
    argv[at++] = word;
    if (arg)
        argv[at++] = arg;
    argv[at++] = script;
    for (size_t i = 1; i < n; i++)
        argv[at++] = g->argv[i];
    free(g->argv);
    g->argv = argv;
}

// Follows the "#!" line of the open file, if it has one: *script then names the next file.
static i64 follow(struct program *g, char *line, const char **script)
{
    ssize_t n = pread(g->fd, line, LINE - 1, 0);
    if (n < 0)
        return -errno;
    line[n] = 0;
    if (n < 2 || line[0] != '#' || line[1] != '!')
        return 0;
    char *arg, *word = script_words(line, &arg);
    if (!*word)
        return -ENOEXEC;
    prepend(g, word, arg, *script);
    *script = word;
    return 1;
}

// The name of the file it came to is in g->file, whatever the result.
static i64 find(struct thread *t, struct program *g, u32 flags)
{
    const char *script = g->path;
    for (int depth = 0; depth <= MAX_SCRIPTS; depth++) {
        struct stat st;
        snprintf(g->file, sizeof(g->file), "%s", script);
        i64 fd = open_program(t, script, flags);
        if (fd < 0)
            return fd;
        g->fd = fd;
        if (fstat(fd, &st))
            return -errno;
        if (!S_ISREG(st.st_mode))
            return -EACCES;
        i64 more = follow(g, g->text + (size_t)depth * LINE, &script);
        if (more <= 0)
            return more;
        close(fd);
        g->fd = -1;
    }
    return -ELOOP;
}

static struct program *program_new(const char *path, const char *const *argv)
{
    size_t n = 0;
    while (argv && argv[n])
        n++;
    struct program *g = calloc(1, sizeof(*g));
    if (!g || !(g->argv = calloc(n + 1, sizeof(*g->argv))) ||
        !(g->text = calloc(MAX_SCRIPTS + 1, LINE)))
        out_of_memory();
    g->fd = -1;
    if (n)
        memcpy(g->argv, argv, n * sizeof(*argv));
    snprintf(g->path, sizeof(g->path), "%s", path);
    return g;
}

i64 program_find(struct thread *t, const char *path, const char *const *argv, u32 flags,
                 struct program **out)
{
    struct program *g = program_new(path, argv);
    i64 failed = find(t, g, flags);
    if (failed && g->fd >= 0)
        close(g->fd);
    if (failed) {
        program_free(g);
        g = NULL;
    }
    *out = g;
    return failed;
}

// ELF's number of the machine that a file of the host is for; 0: of none, -1: no file.
static int host_machine(const char *path)
{
    Elf64_Ehdr h = { 0 };
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    bool elf = pread(fd, &h, sizeof(h), 0) == sizeof(h) && !memcmp(h.e_ident, ELFMAG, SELFMAG);
    close(fd);
    return elf ? h.e_machine : 0;
}

static bool explain_script(const struct process *p, const char *path, const char *wants, i64 error,
                           struct err *e)
{
    const char *root = p->options.files.root;
    int machine = host_machine(wants);
    if (root)
        return err_set(e, "%s: is a script for %s, which is not in --root %s (%s)", path, wants,
                       root, strerror(-error));
    if (machine < 0)
        return err_set(e, "%s: is a script for %s: %s", path, wants, strerror(-error));
    if (machine == EM_AARCH64)
        return err_set(e, "%s: is a script for %s, which is hidden; --allow-read %s would show it",
                       path, wants, wants);
    return err_set(e,
                   "%s: is a script for %s, which is no AArch64 program here; --root DIR gives "
                   "it the files of an AArch64 system, or name an interpreter before the script",
                   path, wants);
}

bool program_explain(struct thread *t, const char *path, i64 error, struct err *e)
{
    struct stat st;
    struct program *g = program_new(path, NULL);
    find(t, g, PATH_QUIET);
    if (g->fd >= 0)
        close(g->fd);
    if (error == -ELOOP && !stat(path, &st))
        err_set(e, "%s: its '#!' line leads to more than %d further scripts", path, MAX_SCRIPTS);
    else if (error == -ENOEXEC)
        err_set(e, "%s: its first line '#!' names no interpreter", path);
    else if (err_is_host((int)-error))
        err_system(e, (int)-error, "%s", path);
    else if (strcmp(g->file, path) != 0)
        explain_script(t->process, path, g->file, error, e);
    else if (error == -EACCES && !stat(path, &st) && !S_ISREG(st.st_mode))
        err_set(e, "%s: %s, want an AArch64 ELF executable", path,
                S_ISDIR(st.st_mode) ? "is a directory" : "is not a file");
    else
        err_system(e, (int)-error, "%s", path);
    program_free(g);
    return false;
}

// Loads the dynamic linker the program asks for.
static bool load_interpreter(struct thread *t, struct elf_image *interp, struct err *e)
{
    struct process *p = t->process;
    const char *name = p->image.interp;
    i64 fd = open_program(t, name, PATH_QUIET);
    if (fd < 0)
        return loader_missing(p, p->options.path, name, fd, e);
    bool ok = elf_load_fd(p->space, fd, name, name, ELF_INTERPRETER, interp, e);
    close(fd);
    return ok;
}

// The caller sees no more than ENOENT, which shells take for the program itself.
static void tell_missing(struct process *p, const char *path, const char *interp)
{
    struct err e;
    if (p->options.quiet)
        return;
    loader_missing(p, path, interp, -ENOENT, &e);
    fprintf(p->options.messages ? p->options.messages : stderr, "m2sim: %s\n", e.text);
}

static i64 executable(int fd)
{
    struct stat st;
    if (fstat(fd, &st))
        return -errno;
    return S_ISREG(st.st_mode) && !faccessat(fd, "", X_OK, AT_EMPTY_PATH) ? 0 : -EACCES;
}

static i64 check_interpreter(int fd, const char *name)
{
    struct elf_image image;
    struct err e;
    struct stat st;
    i64 failed = executable(fd);
    if (failed)
        return failed;
    if (fstat(fd, &st) || st.st_size < (off_t)sizeof(Elf64_Ehdr))
        return -EIO;
    return elf_check_fd(fd, name, ELF_INTERPRETER, &image, &e) ? 0 : -ELIBBAD;
}

i64 program_check(struct thread *t, const struct program *g)
{
    struct elf_image image;
    struct err e;
    i64 failed = executable(g->fd);
    if (failed)
        return failed;
    if (!elf_check_fd(g->fd, g->file, ELF_DYNAMIC, &image, &e))
        return -ENOEXEC;
    if (!image.interp[0])
        return 0;
    i64 fd = open_program(t, image.interp, 0);
    if (fd == -ENOENT)
        tell_missing(t->process, g->path, image.interp);
    if (fd < 0)
        return fd;
    failed = check_interpreter((int)fd, image.interp);
    close((int)fd);
    return failed;
}

bool program_load(struct process *p, struct thread *t, struct program *g, struct err *e)
{
    struct elf_image interp = { 0 };
    if (!path_shown(p, g->fd, p->exe, sizeof(p->exe)))
        snprintf(p->exe, sizeof(p->exe), "%s", g->path);
    struct stat st = { 0 };
    if (!fstat(g->fd, &st)) {
        p->exe_device = st.st_dev;
        p->exe_inode = st.st_ino;
    }
    process_set_name(p, g->path);
    p->options.path = g->path;
    p->options.argv = g->argv;
    bool ok = elf_load_fd(p->space, g->fd, g->file, p->exe, ELF_DYNAMIC, &p->image, e) &&
              (!p->image.interp[0] || load_interpreter(t, &interp, e));
    if (!ok && strcmp(g->file, g->path) != 0) {
        struct err why = *e;
        err_set(e, "%s: its interpreter %s", g->path, why.text);
    }
    close(g->fd);
    g->fd = -1;
    p->interp_base = interp.base;
    p->interp_size = interp.end - interp.start;
    p->missing[0] = 0;
    p->start = interp.entry ? interp.entry : p->image.entry;
    if (!ok || !process_start(p, t, e))
        return false;
    program_free(p->program);
    p->program = g;
    return true;
}
