#include "symbols/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nearest.h"
#include "base/oom.h"

static const u64 MOST_BYTES = 4ull << 30;

// An allocated section of a linked file.
struct section {
    u64 start, end;
    u32 number;
};

struct symbols {
    u8 *own;   // the file, when we read it
    u64 size;
    Elf *elf;
    bool linked;
    struct symbols_code *code;
    size_t codes;
    size_t sections;          // of the file
    struct section *place;    // by address
    size_t places;
    struct symbol *symbol;   // by section, address, type, name
    size_t count;
    struct symbol *mapping;   // $x and $d, the same
    size_t mappings;
    char **made;              // names that are in no table of the file
    size_t mades;
    struct symbol *function;   // by address alone
    size_t functions;
};

static void *array(size_t count, size_t size)
{
    void *p = calloc(count + 1, size);
    if (!p)
        out_of_memory();
    return p;
}

// -- Code --

// Of printable characters: it goes to terminals.
static bool is_clean(const char *name)
{
    for (; *name; name++)
        if ((u8)*name < 0x20 || *name == 0x7f)
            return false;
    return true;
}

static void add_code(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *h, size_t names)
{
    bool code = h->sh_flags & SHF_EXECINSTR && h->sh_type == SHT_PROGBITS &&
                !(h->sh_flags & SHF_COMPRESSED);
    const Elf_Data *d = code ? elf_rawdata(scn, NULL) : NULL;
    if (!d || !d->d_buf || !d->d_size)
        return;
    const char *name = elf_strptr(s->elf, names, h->sh_name);
    s->code[s->codes++] = (struct symbols_code){ .name = name && is_clean(name) ? name : "",
                                                 .section = (u32)elf_ndxscn(scn),
                                                 .address = s->linked ? h->sh_addr : 0,
                                                 .size = d->d_size,
                                                 .bytes = d->d_buf };
}

static int by_start(const void *a, const void *b)
{
    const struct section *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void read_sections(struct symbols *s)
{
    size_t names;
    if (elf_getshdrnum(s->elf, &s->sections) || elf_getshdrstrndx(s->elf, &names))
        s->sections = 0;
    s->place = array(s->sections, sizeof(*s->place));
    s->code = array(s->sections, sizeof(*s->code));
    for (size_t k = 1; k < s->sections; k++) {
        Elf_Scn *scn = elf_getscn(s->elf, k);
        GElf_Shdr h;
        if (!scn || !gelf_getshdr(scn, &h))
            continue;
        if (s->linked && h.sh_flags & SHF_ALLOC && !(h.sh_flags & SHF_TLS) &&
            h.sh_addr + h.sh_size > h.sh_addr)
            s->place[s->places++] = (struct section){ h.sh_addr, h.sh_addr + h.sh_size, (u32)k };
        add_code(s, scn, &h, names);
    }
    qsort(s->place, s->places, sizeof(*s->place), by_start);
}

// The part of an executable segment that is in the file and is not its headers.
static struct symbols_code segment_code(const struct symbols *s, const u8 *file, const GElf_Phdr *p)
{
    GElf_Ehdr h;
    u64 skip = 0, size = p->p_filesz;
    struct symbols_code none = { .size = 0 };
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) || p->p_offset > s->size ||
        size > s->size - p->p_offset || !gelf_getehdr(s->elf, &h))
        return none;
    u64 heads = h.e_phoff + (u64)h.e_phnum * h.e_phentsize;
    if (!p->p_offset && h.e_phoff == h.e_ehsize && heads < size)
        skip = (heads + 3) & ~3ull;
    if (skip >= size)
        return none;
    return (struct symbols_code){ .address = p->p_vaddr + skip,
                                  .size = size - skip,
                                  .bytes = file + p->p_offset + skip };
}

static void read_segments(struct symbols *s, const u8 *file)
{
    size_t count;
    if (s->codes || elf_getphdrnum(s->elf, &count))
        return;
    free(s->code);
    s->code = array(count, sizeof(*s->code));
    for (size_t k = 0; k < count; k++) {
        GElf_Phdr p;
        struct symbols_code c = { .size = 0 };
        if (k < INT32_MAX && gelf_getphdr(s->elf, (int)k, &p))
            c = segment_code(s, file, &p);
        if (c.size)
            s->code[s->codes++] = c;
    }
}

// -- Names --

static bool is_mapping(const char *name)
{
    return name[0] == '$' && (name[1] == 'x' || name[1] == 'd') && (!name[2] || name[2] == '.');
}

static bool is_function(u8 type)
{
    return type == STT_FUNC || type == STT_GNU_IFUNC;
}

static bool is_named(u8 type)
{
    return type == STT_NOTYPE || type == STT_OBJECT || is_function(type);
}

static void add_symbol(struct symbols *s, const struct symbol *new)
{
    if (is_mapping(new->name))
        s->mapping[s->mappings++] = *new;
    else
        s->symbol[s->count++] = *new;
}

static void read_table(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *h)
{
    Elf_Data *d = elf_getdata(scn, NULL);
    size_t n = d && h->sh_entsize ? d->d_size / h->sh_entsize : 0;
    if (n > INT32_MAX)
        n = INT32_MAX;
    s->symbol = array(n + s->codes, sizeof(*s->symbol));
    s->mapping = array(n, sizeof(*s->mapping));
    for (size_t k = 0; k < n; k++) {
        GElf_Sym sym;
        if (!gelf_getsym(d, (int)k, &sym) || sym.st_shndx == SHN_UNDEF ||
            sym.st_shndx >= s->sections || !is_named(GELF_ST_TYPE(sym.st_info)))
            continue;
        const char *name = elf_strptr(s->elf, h->sh_link, sym.st_name);
        if (name && *name && is_clean(name))
            add_symbol(s, &(struct symbol){ name, sym.st_value, sym.st_size, sym.st_shndx,
                                            GELF_ST_TYPE(sym.st_info) });
    }
}

static void read_tables(struct symbols *s)
{
    for (u32 type = SHT_SYMTAB; !s->count && type; type = type == SHT_SYMTAB ? SHT_DYNSYM : 0)
        for (size_t k = 1; k < s->sections && !s->count; k++) {
            Elf_Scn *scn = elf_getscn(s->elf, k);
            GElf_Shdr h;
            if (!scn || !gelf_getshdr(scn, &h) || h.sh_type != type)
                continue;
            free(s->symbol);
            free(s->mapping);
            s->mappings = 0;
            read_table(s, scn, &h);
        }
    if (!s->symbol)
        s->symbol = array(s->codes, sizeof(*s->symbol));
}

static int by_place(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->section != y->section)
        return x->section < y->section ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->type != y->type ? x->type - y->type : strcmp(x->name, y->name);
}

static int by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->size != y->size ? (x->size < y->size ? -1 : 1) : strcmp(x->name, y->name);
}

// How many of a list lie at or before `a` of `section`, sections before included.
static size_t up_to(const struct symbol *list, size_t count, u32 section, u64 a)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct symbol *m = &list[middle];
        if (m->section < section || (m->section == section && m->address <= a))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// -- The linkage table --
//
// A dynamic linker's relocations of .plt name its entries: FUNCTION@plt. It has a header of 32 bytes,
// then an entry of 16 or 24 (with BTI or PAC) bytes a relocation, in their order.

enum { PLT_HEADER = 32 };

static const struct symbols_code *code_named(const struct symbols *s, const char *name)
{
    for (size_t k = 0; k < s->codes; k++)
        if (s->code[k].name && !strcmp(s->code[k].name, name))
            return &s->code[k];
    return NULL;
}

static void add_plt(struct symbols *s, const struct symbols_code *plt, u64 at, const char *name,
                    u64 size)
{
    char *made;
    if (!name || !*name || !is_clean(name))
        return;
    if (asprintf(&made, "%s@plt", name) < 0)
        out_of_memory();
    s->made[s->mades++] = made;
    s->symbol[s->count++] = (struct symbol){ made, at, size, plt->section, STT_FUNC };
}

static void name_plt(struct symbols *s, Elf_Scn *scn, const GElf_Shdr *h,
                     const struct symbols_code *plt)
{
    GElf_Shdr table;
    Elf_Data *d = elf_getdata(scn, NULL);
    Elf_Scn *names = elf_getscn(s->elf, h->sh_link);
    Elf_Data *symbols = names && gelf_getshdr(names, &table) ? elf_getdata(names, NULL) : NULL;
    u64 n = d && h->sh_entsize ? d->d_size / h->sh_entsize : 0;
    u64 entry = n && plt->size > PLT_HEADER ? (plt->size - PLT_HEADER) / n : 0;
    if (!symbols || table.sh_type != SHT_DYNSYM || (entry != 16 && entry != 24) ||
        plt->size != PLT_HEADER + n * entry)
        return;
    s->made = array(n, sizeof(*s->made));
    s->symbol = realloc(s->symbol, (s->count + n + s->codes + 1) * sizeof(*s->symbol));
    if (!s->symbol)
        out_of_memory();
    for (u64 k = 0; k < n && k < INT32_MAX; k++) {
        GElf_Rela r;
        GElf_Sym sym;
        if (gelf_getrela(d, (int)k, &r) && gelf_getsym(symbols, (int)GELF_R_SYM(r.r_info), &sym))
            add_plt(s, plt, plt->address + PLT_HEADER + k * entry,
                    elf_strptr(s->elf, table.sh_link, sym.st_name), entry);
    }
}

static void read_plt(struct symbols *s)
{
    const struct symbols_code *plt = code_named(s, ".plt");
    size_t names;
    if (!plt || elf_getshdrstrndx(s->elf, &names))
        return;
    for (size_t k = 1; k < s->sections && !s->mades; k++) {
        Elf_Scn *scn = elf_getscn(s->elf, k);
        GElf_Shdr h;
        const char *name =
            scn && gelf_getshdr(scn, &h) ? elf_strptr(s->elf, names, h.sh_name) : NULL;
        if (name && h.sh_type == SHT_RELA && !strcmp(name, ".rela.plt") && !s->made)
            name_plt(s, scn, &h, plt);
    }
}

// -- Order --

// Where the code of a section begins without a name, it gets the section's.
static void name_sections(struct symbols *s)
{
    size_t named = s->count;
    qsort(s->symbol, named, sizeof(*s->symbol), by_place);
    for (size_t k = 0; k < s->codes; k++) {
        const struct symbols_code *c = &s->code[k];
        size_t n = up_to(s->symbol, named, c->section, c->address);
        bool there =
            n && s->symbol[n - 1].section == c->section && s->symbol[n - 1].address == c->address;
        if (c->section && *c->name && !there)
            s->symbol[s->count++] =
                (struct symbol){ c->name, c->address, c->size, c->section, STT_SECTION };
    }
    qsort(s->symbol, s->count, sizeof(*s->symbol), by_place);
}

static void list_functions(struct symbols *s)
{
    s->function = array(s->count, sizeof(*s->function));
    for (size_t k = 0; k < s->count; k++)
        if (is_function(s->symbol[k].type))
            s->function[s->functions++] = s->symbol[k];
    qsort(s->function, s->functions, sizeof(*s->function), by_address);
}

// -- Reading --

static struct symbols *read_image(u8 *own, const u8 *data, size_t size, const char *name,
                                  struct err *e)
{
    struct symbols *s = array(1, sizeof(*s));
    GElf_Ehdr h;
    s->own = own;
    s->size = size;
    elf_version(EV_CURRENT);
    // It reads what it is given here, and copies what it would have to change.
    errno = 0;
    s->elf = elf_memory((char *)data, size);
    if (!s->elf || elf_kind(s->elf) != ELF_K_ELF || !gelf_getehdr(s->elf, &h)) {
        if (errno == ENOMEM)
            out_of_memory();
        symbols_free(s);
        err_set(e, "%s: not an ELF file", name);
        return NULL;
    }
    s->linked = h.e_type != ET_REL;
    read_sections(s);
    read_segments(s, data);
    read_tables(s);
    read_plt(s);
    name_sections(s);
    if (s->mappings)
        qsort(s->mapping, s->mappings, sizeof(*s->mapping), by_place);
    list_functions(s);
    return s;
}

struct symbols *symbols_read_memory(const void *data, size_t size, const char *name, struct err *e)
{
    return read_image(NULL, data, size, name, e);
}

// Into memory of ours: a file that is mapped may be cut short by others.
static u8 *read_file(int fd, u64 size)
{
    u8 *data = malloc(size);
    for (u64 done = 0; data && done < size;) {
        ssize_t n = pread(fd, data + done, size - done, (off_t)done);
        if (n > 0)
            done += (u64)n;
        else if (n == 0 || errno != EINTR) {
            errno = n ? errno : EIO;
            free(data);
            return NULL;
        }
    }
    return data;
}

struct symbols *symbols_read(const char *path, struct err *e)
{
    struct stat st;
    struct symbols *s = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st))
        err_system(e, errno, "%s", path);
    else if (!S_ISREG(st.st_mode) || st.st_size <= 0 || (u64)st.st_size > MOST_BYTES)
        err_set(e, "%s: is not a file of 1 byte to 4 GiB", path);
    else {
        u8 *data = read_file(fd, (u64)st.st_size);
        if (data)
            s = read_image(data, data, (u64)st.st_size, path, e);
        else
            err_system(e, errno, "%s", path);
    }
    if (fd >= 0)
        close(fd);
    return s;
}

void symbols_free(struct symbols *s)
{
    if (!s)
        return;
    elf_end(s->elf);
    free(s->own);
    free(s->code);
    free(s->place);
    free(s->symbol);
    free(s->mapping);
    free(s->function);
    for (size_t k = 0; k < s->mades; k++)
        free(s->made[k]);
    free(s->made);
    free(s);
}

// -- Questions --

size_t symbols_code(const struct symbols *s, const struct symbols_code **code)
{
    *code = s->code;
    return s->codes;
}

const struct symbol *symbols_before(const struct symbols *s, u32 section, u64 a)
{
    size_t n = up_to(s->symbol, s->count, section, a);
    return n && s->symbol[n - 1].section == section ? &s->symbol[n - 1] : NULL;
}

u64 symbols_next(const struct symbols *s, u32 section, u64 a)
{
    size_t n = up_to(s->symbol, s->count, section, a);
    return n < s->count && s->symbol[n].section == section ? s->symbol[n].address : UINT64_MAX;
}

static bool in_code(const struct symbols *s, const struct symbol *y)
{
    for (size_t k = 0; k < s->codes; k++)
        if (s->code[k].section == y->section && y->address >= s->code[k].address &&
            y->address - s->code[k].address < s->code[k].size)
            return true;
    return false;
}

const struct symbol *symbols_named(const struct symbols *s, const char *name,
                                   const struct symbol *last)
{
    for (const struct symbol *y = last ? last + 1 : s->symbol; y < s->symbol + s->count; y++)
        if (!strcmp(y->name, name) && in_code(s, y))
            return y;
    return NULL;
}

const char *symbols_like(const struct symbols *s, const char *name)
{
    struct nearest n = { .word = name };
    for (const struct symbol *y = s->symbol; y < s->symbol + s->count; y++)
        if (in_code(s, y))
            nearest_try(&n, y->name);
    return n.best;
}

u32 symbols_section_at(const struct symbols *s, u64 a)
{
    size_t low = 0, high = s->places;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->place[middle].start <= a)
            low = middle + 1;
        else
            high = middle;
    }
    return low && a < s->place[low - 1].end ? s->place[low - 1].number : 0;
}

bool symbols_is_data(const struct symbols *s, u32 section, u64 a, u64 *until)
{
    size_t n = up_to(s->mapping, s->mappings, section, a);
    *until =
        n < s->mappings && s->mapping[n].section == section ? s->mapping[n].address : UINT64_MAX;
    return n && s->mapping[n - 1].section == section && s->mapping[n - 1].name[1] == 'd';
}

const char *symbols_function_at(const struct symbols *s, u64 a, u64 *start, u64 *end)
{
    size_t low = 0, high = s->functions;
    while (low < high) {   // the first that starts after `a`
        size_t middle = (low + high) / 2;
        if (s->function[middle].address <= a)
            low = middle + 1;
        else
            high = middle;
    }
    const struct symbol *last = low ? &s->function[low - 1] : NULL;
    if (!last || (last->size && a - last->address >= last->size))
        return NULL;
    *start = last->address;
    *end = last->size           ? last->address + last->size
           : low < s->functions ? s->function[low].address
                                : UINT64_MAX;
    return last->name;
}

const char *symbols_function(const struct symbols *s, u64 a)
{
    u64 start, end;
    return symbols_function_at(s, a, &start, &end);
}

u64 symbols_delta(const struct symbols *s, u64 offset)
{
    size_t count;
    if (elf_getphdrnum(s->elf, &count))
        return 0;
    for (size_t k = 0; k < count && k < INT32_MAX; k++) {
        GElf_Phdr p;
        if (gelf_getphdr(s->elf, (int)k, &p) && p.p_type == PT_LOAD && p.p_flags & PF_X &&
            offset <= p.p_offset + p.p_filesz && offset + 65536 > p.p_offset)
            return p.p_vaddr - p.p_offset;
    }
    return 0;
}
