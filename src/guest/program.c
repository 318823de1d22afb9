#include "guest/program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/linux.h"

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
        abort();
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
    line[n < 0 ? 0 : n] = 0;
    if (n < 2 || line[0] != '#' || line[1] != '!')
        return 0;
    char *arg, *word = script_words(line, &arg);
    if (!*word)
        return -ENOEXEC;
    prepend(g, word, arg, *script);
    *script = word;
    return 1;
}

static i64 find(struct thread *t, struct program *g)
{
    const char *script = g->path;
    for (int depth = 0; depth <= MAX_SCRIPTS; depth++) {
        struct stat st;
        i64 fd = open_program(t, script, 0);
        if (fd < 0)
            return fd;
        g->fd = fd;
        if (fstat(fd, &st) || !S_ISREG(st.st_mode))
            return -EACCES;
        i64 more = follow(g, g->text + (size_t)depth * LINE, &script);
        if (more <= 0)
            return more;
        close(fd);
        g->fd = -1;
    }
    return -ELOOP;
}

i64 program_find(struct thread *t, const char *path, const char *const *argv, struct program **out)
{
    size_t n = 0;
    while (argv && argv[n])
        n++;
    struct program *g = calloc(1, sizeof(*g));
    if (!g || !(g->argv = calloc(n + 1, sizeof(*g->argv))) ||
        !(g->text = calloc(MAX_SCRIPTS + 1, LINE)))
        abort();
    g->fd = -1;
    if (n)
        memcpy(g->argv, argv, n * sizeof(*argv));
    snprintf(g->path, sizeof(g->path), "%s", path);
    i64 failed = find(t, g);
    if (failed && g->fd >= 0)
        close(g->fd);
    if (failed) {
        program_free(g);
        g = NULL;
    }
    *out = g;
    return failed;
}

// Loads the dynamic linker the program asks for.
static bool load_interpreter(struct thread *t, struct elf_image *interp, struct err *e)
{
    struct process *p = t->process;
    const char *name = p->image.interp;
    i64 fd = open_program(t, name, PATH_QUIET);
    if (fd < 0)
        return err_set(e,
                       "%s: is dynamically linked and %s cannot be opened (%s); say with --root "
                       "which folder has it, or link with -static",
                       p->options.path, name, strerror(-fd));
    bool ok = elf_load_fd(p->space, fd, name, ELF_INTERPRETER, interp, e);
    close(fd);
    return ok;
}

bool program_load(struct process *p, struct thread *t, struct program *g, struct err *e)
{
    struct elf_image interp = { 0 };
    if (!path_shown(p, g->fd, p->exe, sizeof(p->exe)))
        snprintf(p->exe, sizeof(p->exe), "%s", g->path);
    process_set_name(p, g->path);
    p->options.path = g->path;
    p->options.argv = g->argv;
    bool ok = elf_load_fd(p->space, g->fd, g->path, ELF_DYNAMIC, &p->image, e) &&
              (!p->image.interp[0] || load_interpreter(t, &interp, e));
    close(g->fd);
    g->fd = -1;
    p->interp_base = interp.base;
    p->start = interp.entry ? interp.entry : p->image.entry;
    if (!ok || !process_start(p, t, e))
        return false;
    program_free(p->program);
    p->program = g;
    return true;
}
