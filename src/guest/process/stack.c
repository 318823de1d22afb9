#include "guest/process/stack.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/linux.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum {
    CLOCK_TICKS = 100,
    CLEAN_USER = 1000,         // of a clean environment: the first user of most systems
    // Linux: the signal frame without SVE (4688 bytes) and a frame record.
    MIN_SIGNAL_STACK = 4720,
    ARGUMENT_BYTES = GUEST_STACK / 4,   // Linux allows arguments a quarter of the stack
    MAX_POINTERS = ARGUMENT_BYTES / 8,
};

u64 hwcap_word(int word)
{
    u64 bits[3] = { 0 };
#define HWCAP(word, bit, name) bits[word] |= (u64)1 << bit;
#include "guest/image/hwcap.def"
#undef HWCAP
    return bits[word];
}

void hwcap_names(char *text, size_t size)
{
    static const char *const names[] = {
#define HWCAP(word, bit, name) name,
#include "guest/image/hwcap.def"
#undef HWCAP
    };
    size_t at = 0;
    text[0] = 0;
    for (size_t i = 0; i < COUNT(names) && at < size; i++)
        at += snprintf(text + at, size - at, "%s%s", i ? " " : "", names[i]);
}

// A stack being filled downwards, in simulator memory until all of it is known.
struct stack {
    vaddr top, at;
    u8 *bytes;       // of [top - ARGUMENT_BYTES, top)
    bool full;
};

static vaddr push(struct stack *s, const void *data, u64 len)
{
    if (s->full || s->at - (s->top - ARGUMENT_BYTES) < len) {
        s->full = true;
        return 0;
    }
    s->at -= len;
    memcpy(s->bytes + (s->at - (s->top - ARGUMENT_BYTES)), data, len);
    return s->at;
}

static void push_u64(struct stack *s, u64 x)
{
    push(s, &x, 8);
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

// Pushes strings, the last one first, and notes their addresses.
static void push_strings(struct stack *s, const char *const *list, size_t n, vaddr *where)
{
    for (size_t i = n; i-- > 0 && !s->full;)
        where[i] = push(s, list[i], strlen(list[i]) + 1);
}

static void push_pointers(struct stack *s, const vaddr *where, size_t n)
{
    push_u64(s, 0);
    for (size_t i = n; i-- > 0;)
        push_u64(s, where[i]);
}

static void push_auxv(struct stack *s, const struct process *p, vaddr random, vaddr name,
                      vaddr platform)
{
    const struct elf_image *m = &p->image;
    bool clean = p->options.clean;
    const u64 auxv[][2] = {
        { AT_MINSIGSTKSZ, MIN_SIGNAL_STACK },
        { AT_HWCAP, hwcap_word(1) },
        { AT_PAGESZ, GUEST_PAGE },
        { AT_CLKTCK, CLOCK_TICKS },
        { AT_PHDR, m->phdr },
        { AT_PHENT, m->phent },
        { AT_PHNUM, m->phnum },
        { AT_BASE, p->interp_base },
        { AT_FLAGS, 0 },
        { AT_ENTRY, m->entry },
        { AT_UID, clean ? CLEAN_USER : getuid() },
        { AT_EUID, clean ? CLEAN_USER : geteuid() },
        { AT_GID, clean ? CLEAN_USER : getgid() },
        { AT_EGID, clean ? CLEAN_USER : getegid() },
        { AT_SECURE, 0 },
        { AT_RANDOM, random },
        { AT_HWCAP2, hwcap_word(2) },
        { AT_EXECFN, name },
        { AT_PLATFORM, platform },
        { AT_NULL, 0 },
    };
    for (size_t i = COUNT(auxv); i-- > 0;) {
        push_u64(s, auxv[i][1]);
        push_u64(s, auxv[i][0]);
    }
}

static void fill(struct stack *s, struct process *p, vaddr *args, size_t argc, vaddr *envs,
                 size_t envc)
{
    u8 random_bytes[16];
    process_random(p, random_bytes, sizeof(random_bytes));
    push_u64(s, 0);
    vaddr name = push(s, p->options.path, strlen(p->options.path) + 1);
    push_strings(s, p->options.envp, envc, envs);
    push_strings(s, p->options.argv, argc, args);
    vaddr platform = push(s, "aarch64", 8);
    vaddr random = push(s, random_bytes, sizeof(random_bytes));
    s->at &= ~(vaddr)15;

    // argc must end up 16-byte aligned: argc, argv, NULL, envp, NULL, then pairs.
    if ((argc + envc + 3) % 2)
        push_u64(s, 0);
    push_auxv(s, p, random, name, platform);
    push_pointers(s, envs, envc);
    push_pointers(s, args, argc);
    push_u64(s, argc);
}

bool stack_build(struct process *p, vaddr *sp, struct err *e)
{
    size_t argc = count(p->options.argv), envc = count(p->options.envp);
    if (argc + envc > MAX_POINTERS)
        return err_set(e, "%s: %zu arguments and variables, want at most %d", p->options.path,
                       argc + envc, MAX_POINTERS);
    vaddr *where = calloc(argc + envc + 1, sizeof(*where));
    struct stack s = { p->stack_top, p->stack_top, calloc(1, ARGUMENT_BYTES), false };
    if (!where || !s.bytes)
        out_of_memory();
    fill(&s, p, where, argc, where + argc, envc);
    *sp = s.at;
    u64 used = s.top - s.at;
    bool ok = !s.full && !space_write(p->space, s.at, s.bytes + ARGUMENT_BYTES - used, used);
    free(where);
    free(s.bytes);
    return ok || err_set(e, "%s: arguments and environment are longer than %d bytes",
                         p->options.path, ARGUMENT_BYTES);
}
