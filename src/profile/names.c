#include "profile/names.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct name {
    u64 start, end;
    const char *text;
};

struct names {
    const u8 *file;
    u64 size;
    struct name *at;   // by address
    size_t count;
};

// [offset, offset + len) of the file, or NULL.
static const void *part(const struct names *n, u64 offset, u64 len)
{
    return offset <= n->size && len <= n->size - offset ? n->file + offset : NULL;
}

static int by_start(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return x->start != y->start ? (x->start < y->start ? -1 : 1)
                                : (x->end > y->end) - (x->end < y->end);
}

static void add_symbols(struct names *n, const Elf64_Shdr *table, const Elf64_Shdr *strings)
{
    const Elf64_Sym *s = part(n, table->sh_offset, table->sh_size);
    const char *text = part(n, strings->sh_offset, strings->sh_size);
    u64 count = table->sh_size / sizeof(*s);
    if (!s || !text || !strings->sh_size || text[strings->sh_size - 1])
        return;
    n->at = calloc(count + 1, sizeof(*n->at));
    if (!n->at)
        abort();
    for (u64 k = 0; k < count; k++) {
        Elf64_Sym sym;
        memcpy(&sym, &s[k], sizeof(sym));   // nothing says that the table is aligned
        bool code =
            ELF64_ST_TYPE(sym.st_info) == STT_FUNC || ELF64_ST_TYPE(sym.st_info) == STT_GNU_IFUNC;
        if (code && sym.st_shndx != SHN_UNDEF && sym.st_name < strings->sh_size &&
            text[sym.st_name])
            n->at[n->count++] =
                (struct name){ sym.st_value, sym.st_value + sym.st_size, text + sym.st_name };
    }
    qsort(n->at, n->count, sizeof(*n->at), by_start);
}

static bool read_tables(struct names *n)
{
    const Elf64_Ehdr *h = part(n, 0, sizeof(*h));
    if (!h || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_shentsize != sizeof(Elf64_Shdr))
        return false;
    const u8 *sections = part(n, h->e_shoff, (u64)h->e_shnum * sizeof(Elf64_Shdr));
    for (u32 type = SHT_SYMTAB; sections; type = SHT_DYNSYM) {
        for (u32 k = 0; k < h->e_shnum && !n->count; k++) {
            Elf64_Shdr table, strings;
            memcpy(&table, sections + k * sizeof(table), sizeof(table));
            if (table.sh_type != type || table.sh_link >= h->e_shnum || n->at)
                continue;
            memcpy(&strings, sections + table.sh_link * sizeof(strings), sizeof(strings));
            add_symbols(n, &table, &strings);
        }
        if (n->count || type == SHT_DYNSYM)
            break;
        free(n->at);
        n->at = NULL;
    }
    return n->count;
}

struct names *names_read(const char *path)
{
    struct stat st;
    struct names *n = calloc(1, sizeof(*n));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (!n)
        abort();
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        void *file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        n->file = file == MAP_FAILED ? NULL : file;
        n->size = n->file ? (u64)st.st_size : 0;
    }
    if (fd >= 0)
        close(fd);
    if (n->file && read_tables(n))
        return n;
    names_free(n);
    return NULL;
}

void names_free(struct names *n)
{
    if (!n)
        return;
    if (n->file)
        munmap((void *)n->file, n->size);
    free(n->at);
    free(n);
}

const char *names_at(const struct names *n, u64 a)
{
    size_t low = 0, high = n->count;
    while (low < high) {   // the first that starts after `a`
        size_t middle = (low + high) / 2;
        if (n->at[middle].start <= a)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const struct name *last = &n->at[low - 1];
    bool sized = last->end > last->start;   // assembly often says no size: up to the next
    return !sized || a < last->end ? last->text : NULL;
}

u64 names_delta(const struct names *n, u64 offset)
{
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)n->file;
    const u8 *segments = part(n, h->e_phoff, (u64)h->e_phnum * sizeof(Elf64_Phdr));
    for (u32 k = 0; segments && h->e_phentsize == sizeof(Elf64_Phdr) && k < h->e_phnum; k++) {
        Elf64_Phdr p;
        memcpy(&p, segments + k * sizeof(p), sizeof(p));
        if (p.p_type == PT_LOAD && offset <= p.p_offset + p.p_filesz &&
            offset + 65536 > p.p_offset && p.p_flags & PF_X)
            return p.p_vaddr - p.p_offset;
    }
    return 0;
}
