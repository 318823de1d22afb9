#include "guest/image/elf.h"

#include <assert.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/oom.h"
#include "guest/image/format.h"
#include "guest/memory/space_list.h"

enum {
    MAX_HEADERS = 1024,                // Linux allows 64 KiB of them: 1170
    MAX_ALIGN = 1 << 21,
    MAX_FILE_BITS = 33,                // a sparse file can claim terabytes
};

// Linux: two thirds of the address space (ELF_ET_DYN_BASE).
vaddr elf_place(u64 size)
{
    return size / 3 * 2 & ~(u64)(MAX_ALIGN - 1);
}

// An ELF file in memory (fd < 0) or on disk.
struct file {
    const u8 *data;
    int fd;
    u64 len;
    const char *name;    // for messages
    const char *shown;   // for /proc/self/maps
};

// A run of pages with one protection; segments that meet in a page share a run there.
struct run {
    vaddr start, end;
    u32 prot;
    u64 offset;
};

struct loader {
    const struct file *file;
    Elf64_Ehdr head;
    Elf64_Phdr *ph;                    // head.e_phnum of them
    Elf64_Phdr *load;                  // PT_LOAD only, by address
    size_t loads;
    struct run *runs;
    size_t run_count;
    u64 align;
};

static bool bytes(const struct file *f, void *to, u64 offset, u64 len)
{
    errno = 0;
    if (offset > f->len || len > f->len - offset)
        return false;
    if (f->fd < 0) {
        memcpy(to, f->data + offset, len);
        return true;
    }
    for (u64 done = 0; done < len;) {
        ssize_t n = pread(f->fd, (u8 *)to + done, len - done, offset + done);
        if (n == 0)
            errno = 0;   // shorter than it was when we looked
        if (n <= 0 && errno != EINTR)
            return false;
        done += n > 0 ? n : 0;
    }
    return true;
}

static const char *machine_name(u16 machine)
{
    switch (machine) {
    case EM_386: return "x86 (32 bit)";
    case EM_X86_64: return "x86-64";
    case EM_ARM: return "32-bit Arm";
    case EM_RISCV: return "RISC-V";
    case EM_PPC64: return "PowerPC";
    case EM_S390: return "S/390";
    case EM_MIPS: return "MIPS";
    default: return "another machine";
    }
}

#define REBUILD "rebuild it with aarch64-linux-gnu-gcc or clang --target=aarch64-linux-gnu"

static bool other_machine(const char *name, u16 machine, struct err *e)
{
    return err_set(e, "%s: is a program for %s (e_machine %u), want AArch64 (183); %s" REBUILD,
                   name, machine_name(machine), machine,
                   machine == EM_ARM ? "an M2 runs 64-bit code alone: " : "");
}

// The bytes that are the same in every ELF file.
static bool read_ident(struct loader *l, struct err *e)
{
    const struct file *f = l->file;
    Elf64_Ehdr *h = &l->head;
    u8 head[FORMAT_HEAD];
    size_t n = f->len < sizeof(head) ? f->len : sizeof(head);
    if (!bytes(f, head, 0, n))
        return err_system(e, errno, "%s: cannot be read", f->name);
    if (n < SELFMAG || memcmp(head, ELFMAG, SELFMAG) != 0) {
        char what[256];
        format_explain(head, n, what, sizeof(what));
        return err_set(e, "%s: %s", f->name, what);
    }
    if (n < EI_NIDENT)
        return err_set(e, "%s: ELF header cut off: the file has %" PRIu64 " bytes", f->name,
                       f->len);
    memcpy(h, head, n < sizeof(*h) ? n : sizeof(*h));
    bool little = h->e_ident[EI_DATA] == ELFDATA2LSB;
    if (little && n >= offsetof(Elf64_Ehdr, e_version) && h->e_machine != EM_AARCH64)
        return other_machine(f->name, h->e_machine, e);
    if (h->e_ident[EI_CLASS] != ELFCLASS64)
        return err_set(e, "%s: byte 4 of the ELF header: want a 64-bit file (2), found %u", f->name,
                       h->e_ident[EI_CLASS]);
    if (!little)
        return err_set(e, "%s: byte 5 of the ELF header: want little-endian (1), found %u", f->name,
                       h->e_ident[EI_DATA]);
    bool whole = bytes(f, h, 0, sizeof(*h));
    if (!whole && errno)
        return err_system(e, errno, "%s: cannot be read", f->name);
    if (!whole)
        return err_set(e, "%s: ELF header cut off: want 64 bytes, the file has %" PRIu64, f->name,
                       f->len);
    return true;
}

static const char *type_advice(u16 type)
{
    return type == ET_REL    ? "; an object file must be linked first"
           : type == ET_CORE ? "; a core dump is what is left of a program, not one to run"
                             : "";
}

static bool read_head(struct loader *l, struct err *e)
{
    const struct file *f = l->file;
    Elf64_Ehdr *h = &l->head;
    if (!read_ident(l, e))
        return false;
    if (h->e_type != ET_EXEC && h->e_type != ET_DYN)
        return err_set(e, "%s: e_type is %u, want an executable (2) or a PIE (3)%s", f->name,
                       h->e_type, type_advice(h->e_type));
    if (h->e_phentsize != sizeof(Elf64_Phdr))
        return err_set(e, "%s: e_phentsize is %u, want 56", f->name, h->e_phentsize);
    if (!h->e_phnum || h->e_phnum > MAX_HEADERS)
        return err_set(e, "%s: e_phnum is %u, want 1 to %d program headers", f->name, h->e_phnum,
                       MAX_HEADERS);
    return true;
}

static bool read_headers(struct loader *l, struct err *e)
{
    const struct file *f = l->file;
    size_t n = l->head.e_phnum;
    u64 len = n * sizeof(Elf64_Phdr);
    l->ph = calloc(n, sizeof(*l->ph));
    l->load = calloc(n, sizeof(*l->load));
    l->runs = calloc(2 * n + 1, sizeof(*l->runs));
    if (!l->ph || !l->load || !l->runs)
        out_of_memory();
    bool whole = bytes(f, l->ph, l->head.e_phoff, len);
    if (!whole && errno)
        return err_system(e, errno, "%s: cannot be read", f->name);
    if (!whole)
        return err_set(e,
                       "%s: %u program headers at offset 0x%" PRIx64
                       " reach past the end of the file (0x%" PRIx64 " bytes)",
                       f->name, l->head.e_phnum, (u64)l->head.e_phoff, f->len);
    return true;
}

static bool check_segment(const struct loader *l, const struct space *s, size_t i, struct err *e)
{
    const Elf64_Phdr *p = &l->ph[i];
    const struct file *f = l->file;
    if (p->p_filesz && (p->p_filesz > f->len || p->p_offset > f->len - p->p_filesz))
        return err_set(e,
                       "%s: program header %zu: bytes 0x%" PRIx64 " + 0x%" PRIx64
                       " lie past the end of the file (0x%" PRIx64 " bytes): truncated?",
                       f->name, i, (u64)p->p_offset, (u64)p->p_filesz, f->len);
    if (p->p_filesz >> MAX_FILE_BITS)
        return err_set(e, "%s: program header %zu: 0x%" PRIx64 " bytes, want at most 2^%d", f->name,
                       i, (u64)p->p_filesz, MAX_FILE_BITS);
    if (p->p_filesz > p->p_memsz)
        return err_set(
            e, "%s: program header %zu: p_filesz 0x%" PRIx64 " is greater than p_memsz 0x%" PRIx64,
            f->name, i, (u64)p->p_filesz, (u64)p->p_memsz);
    // Room for the stack and for rounding; addresses of a PIE are moved later.
    u64 room = s->size / 4 * 3;
    if (p->p_vaddr > room || p->p_memsz > room - p->p_vaddr)
        return err_set(e,
                       "%s: program header %zu: address 0x%" PRIx64 " + 0x%" PRIx64
                       " bytes does not fit below 0x%" PRIx64,
                       f->name, i, (u64)p->p_vaddr, (u64)p->p_memsz, room);
    if (p->p_align > 1 && p->p_align & (p->p_align - 1))
        return err_set(e, "%s: program header %zu: p_align 0x%" PRIx64 " is not a power of two",
                       f->name, i, (u64)p->p_align);
    return true;
}

static int by_address(const void *a, const void *b)
{
    const Elf64_Phdr *x = a, *y = b;
    return (x->p_vaddr > y->p_vaddr) - (x->p_vaddr < y->p_vaddr);
}

// Fills l->load: the loadable segments, checked, in order of address.
static bool find_segments(struct loader *l, const struct space *s, struct err *e)
{
    const char *name = l->file->name;
    l->align = GUEST_PAGE;
    for (size_t i = 0; i < l->head.e_phnum; i++) {
        const Elf64_Phdr *p = &l->ph[i];
        if (p->p_type != PT_LOAD || !p->p_memsz)
            continue;
        if (!check_segment(l, s, i, e))
            return false;
        l->load[l->loads++] = *p;
        if (p->p_align > l->align)
            l->align = p->p_align < MAX_ALIGN ? p->p_align : MAX_ALIGN;
    }
    if (!l->loads)
        return err_set(e, "%s: no loadable segment (PT_LOAD) in %u program headers", name,
                       l->head.e_phnum);
    qsort(l->load, l->loads, sizeof(*l->load), by_address);
    for (size_t i = 1; i < l->loads; i++) {
        const Elf64_Phdr *a = &l->load[i - 1], *b = &l->load[i];
        if (a->p_vaddr + a->p_memsz > b->p_vaddr)
            return err_set(e, "%s: the segments at 0x%" PRIx64 " and 0x%" PRIx64 " overlap", name,
                           (u64)a->p_vaddr, (u64)b->p_vaddr);
    }
    return true;
}

static u32 segment_prot(const Elf64_Phdr *p)
{
    return (p->p_flags & PF_R ? SPACE_READ : 0) | (p->p_flags & PF_W ? SPACE_WRITE : 0) |
           (p->p_flags & PF_X ? SPACE_EXEC : 0);
}

// Fills l->runs from l->load, with addresses of the file.
static void make_runs(struct loader *l)
{
    assert(l->runs);   // read_headers() made it
    for (size_t i = 0; i < l->loads; i++) {
        const Elf64_Phdr *p = &l->load[i];
        vaddr start = page_down(p->p_vaddr), end = page_up(p->p_vaddr + p->p_memsz);
        u32 prot = segment_prot(p);
        u64 offset = page_down(p->p_offset);
        struct run *last = l->run_count ? &l->runs[l->run_count - 1] : NULL;
        if (last && start < last->end) {   // they share one page: it gets both protections
            struct run both = { start, last->end, last->prot | prot, offset };
            if (last->start < start)
                last->end = start;
            else
                l->run_count--;
            l->runs[l->run_count++] = both;
            offset += both.end - start;
            start = both.end;
        }
        if (start < end)
            l->runs[l->run_count++] = (struct run){ start, end, prot, offset };
    }
}

// Decides what is added to every address; *hold is a reservation made for it, or 0.
static bool choose_base(struct loader *l, struct space *s, enum elf_kind kind, vaddr *base,
                        struct err *e)
{
    vaddr start = l->runs[0].start, end = l->runs[l->run_count - 1].end;
    *base = 0;
    if (l->head.e_type == ET_EXEC) {
        if (start < SPACE_LOWEST)
            return err_set(e, "%s: segment at 0x%" PRIx64 ": want addresses from 0x%x up",
                           l->file->name, (u64)l->load[0].p_vaddr, SPACE_LOWEST);
        return true;
    }
    u64 len = end - start;
    if (kind == ELF_INTERPRETER) {
        i64 hole = space_map(s, 0, len + l->align, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0, NULL);
        if (hole < 0)
            return err_set(e, "%s: no room for 0x%" PRIx64 " bytes", l->file->name, len);
        space_unmap(s, hole, len + l->align);
        *base = ((hole + l->align - 1) & ~(l->align - 1)) - (start & ~(l->align - 1));
    } else {
        *base = elf_place(s->size) - (start & ~(l->align - 1));
    }
    bool placed = kind == ELF_INTERPRETER;   // by the space itself
    if (!placed && (start + *base < SPACE_LOWEST || end + *base > s->size - s->size / 16))
        return err_set(e, "%s: 0x%" PRIx64 " bytes of segments do not fit into the address space",
                       l->file->name, len);
    return true;
}

static bool load_segments(struct loader *l, struct space *s, vaddr base, struct err *e)
{
    const struct file *f = l->file;
    u32 flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    for (size_t i = 0; i < l->run_count; i++) {
        const struct run *r = &l->runs[i];
        i64 a = space_map(s, r->start + base, r->end - r->start, SPACE_READ | SPACE_WRITE, flags,
                          -1, 0, f->shown);
        if (a == -EEXIST)
            return err_set(e,
                           "%s: segment at 0x%" PRIx64 ": 0x%" PRIx64
                           " bytes do not fit there, something else is mapped",
                           f->name, r->start + base, r->end - r->start);
        if (a < 0)
            return err_system(e, (int)-a, "%s: cannot map 0x%" PRIx64 " bytes at 0x%" PRIx64,
                              f->name, r->end - r->start, r->start + base);
    }
    for (size_t i = 0; i < l->loads; i++) {
        const Elf64_Phdr *p = &l->load[i];
        if (p->p_filesz && !bytes(f, space_host(s, p->p_vaddr + base), p->p_offset, p->p_filesz))
            return err_system(e, errno ? errno : EIO,
                              "%s: cannot read 0x%" PRIx64 " bytes at offset 0x%" PRIx64, f->name,
                              (u64)p->p_filesz, (u64)p->p_offset);
    }
    for (size_t i = 0; i < l->run_count; i++) {
        const struct run *r = &l->runs[i];
        i64 failed = space_protect(s, r->start + base, r->end - r->start, r->prot);
        if (failed)
            return err_system(e, (int)-failed, "%s: cannot protect 0x%" PRIx64, f->name,
                              r->start + base);
    }
    return true;
}

// The entry must be an instruction of an executable segment.
static bool check_entry(const struct loader *l, struct err *e)
{
    u64 entry = l->head.e_entry;
    if (!entry && l->head.e_type == ET_DYN)
        return err_set(e,
                       "%s: is a shared library, not a program (it has no entry point); a program "
                       "that is linked with it can be run",
                       l->file->name);
    for (size_t i = 0; i < l->loads; i++) {
        const Elf64_Phdr *p = &l->load[i];
        if (p->p_flags & PF_X && entry >= p->p_vaddr && entry - p->p_vaddr < p->p_memsz &&
            entry % 4 == 0)
            return true;
    }
    return err_set(e, "%s: entry point 0x%" PRIx64 " lies in no executable segment%s",
                   l->file->name, entry, entry % 4 ? " (and is not a multiple of 4)" : "");
}

// Notes PT_INTERP and PT_GNU_STACK.
static bool read_notes(const struct loader *l, enum elf_kind kind, struct elf_image *image,
                       struct err *e)
{
    const struct file *f = l->file;
    image->exec_stack = false;
    for (size_t i = 0; i < l->head.e_phnum; i++) {
        const Elf64_Phdr *p = &l->ph[i];
        if (p->p_type == PT_GNU_STACK)
            image->exec_stack = p->p_flags & PF_X;
        if (p->p_type != PT_INTERP)
            continue;
        u64 len = p->p_filesz;
        if (len < 2 || len > sizeof(image->interp) || !bytes(f, image->interp, p->p_offset, len) ||
            image->interp[len - 1])
            return err_set(e, "%s: program header %zu: PT_INTERP is not a path of 1 to %zu bytes",
                           f->name, i, sizeof(image->interp) - 1);
        if (kind == ELF_PROGRAM)
            return err_set(e, "%s: is dynamically linked (wants %s); link it with -static", f->name,
                           image->interp);
        if (kind == ELF_INTERPRETER)
            return err_set(e, "%s: an interpreter must not ask for one itself", f->name);
    }
    return true;
}

// Where the guest finds its program headers: in the segment that holds them, if any.
static vaddr headers_address(const struct loader *l)
{
    u64 from = l->head.e_phoff, len = l->head.e_phnum * sizeof(Elf64_Phdr);
    for (size_t i = 0; i < l->loads; i++) {
        const Elf64_Phdr *p = &l->load[i];
        if (from >= p->p_offset && from - p->p_offset <= p->p_filesz &&
            len <= p->p_filesz - (from - p->p_offset))
            return p->p_vaddr + (from - p->p_offset);
    }
    return 0;
}

static bool load(struct loader *l, struct space *s, enum elf_kind kind, struct elf_image *image,
                 struct err *e)
{
    *image = (struct elf_image){ 0 };
    vaddr base;
    if (!read_head(l, e) || !read_headers(l, e) || !find_segments(l, s, e) || !check_entry(l, e) ||
        !read_notes(l, kind, image, e))
        return false;
    make_runs(l);
    if (!choose_base(l, s, kind, &base, e) || !load_segments(l, s, base, e))
        return false;

    const Elf64_Phdr *last = &l->load[l->loads - 1];
    vaddr phdr = headers_address(l);
    image->base = base;
    image->entry = l->head.e_entry + base;
    image->phdr = phdr ? phdr + base : 0;
    image->phent = l->head.e_phentsize;
    image->phnum = l->head.e_phnum;
    image->start = l->runs[0].start + base;
    image->end = l->runs[l->run_count - 1].end + base;
    image->brk = last->p_vaddr + last->p_memsz + base;
    return true;
}

static void loader_free(struct loader *l)
{
    free(l->ph);
    free(l->load);
    free(l->runs);
}

static bool load_file(struct space *s, const struct file *f, enum elf_kind kind,
                      struct elf_image *image, struct err *e)
{
    struct loader l = { .file = f };
    bool ok = load(&l, s, kind, image, e);
    loader_free(&l);
    return ok;
}

bool elf_load_memory(struct space *s, const void *data, size_t len, const char *name,
                     enum elf_kind kind, struct elf_image *image, struct err *e)
{
    struct file f = { .data = data, .fd = -1, .len = len, .name = name, .shown = name };
    return load_file(s, &f, kind, image, e);
}

bool elf_load_fd(struct space *s, int fd, const char *name, const char *shown, enum elf_kind kind,
                 struct elf_image *image, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_system(e, errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return err_set(e, "%s: %s, want an AArch64 ELF executable", name,
                       S_ISDIR(st.st_mode) ? "is a directory" : "is not a file");
    struct file f = { .fd = fd, .len = st.st_size, .name = name, .shown = shown };
    return load_file(s, &f, kind, image, e);
}

bool elf_check_fd(int fd, const char *name, enum elf_kind kind, struct elf_image *image,
                  struct err *e)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_system(e, errno, "%s", name);
    struct file f = { .fd = fd, .len = st.st_size, .name = name };
    struct loader l = { .file = &f };
    *image = (struct elf_image){ 0 };
    bool ok = read_head(&l, e) && read_headers(&l, e) && read_notes(&l, kind, image, e);
    loader_free(&l);
    return ok;
}

bool elf_check_file(const char *path, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st)) {
        err_system(e, errno, "%s", path);
        if (fd >= 0)
            close(fd);
        return false;
    }
    struct file f = { .fd = fd, .len = (u64)st.st_size, .name = path };
    struct loader l = { .file = &f };
    bool ok = S_ISREG(st.st_mode)
                  ? read_ident(&l, e)
                  : err_set(e, "%s: %s, want an AArch64 ELF file", path,
                            S_ISDIR(st.st_mode) ? "is a directory" : "is not a file");
    if (ok && st.st_size < (off_t)sizeof(l.head))
        ok =
            err_set(e, "%s: ELF header cut off: want 64 bytes, the file has %" PRIu64, path, f.len);
    close(fd);
    return ok;
}
