#include "guest/image/format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WANT "want an AArch64 Linux executable"
#define MAC WANT "; docs/mac-programs.md says how to build one from the same source"

static const struct {
    const char *magic;
    size_t len;
    const char *what;   // and what to do
} formats[] = {
    { "\xfe\xed\xfa\xcf", 4, "is a macOS program (Mach-O for PowerPC), " MAC },
    { "\xfe\xed\xfa\xce", 4, "is a macOS program (Mach-O for PowerPC), " MAC },
    { "\xce\xfa\xed\xfe", 4, "is a macOS program (32-bit Mach-O), " MAC },
    { "\xca\xfe\xba\xbf", 4, "is a macOS program (fat Mach-O), " MAC },
    { "MZ", 2, "is a Windows program (PE), " WANT "; it must be built for Linux" },
    { "!<arch>\n", 8, "is a library archive (.a), " WANT "; a program must be linked with it" },
    { "BC\xc0\xde", 4, "is LLVM bitcode, " WANT "; clang --target=aarch64-linux-gnu makes one" },
    { "\0asm", 4, "is a WebAssembly module, " WANT "; give it to a program that runs such" },
};

static u32 big_endian(const u8 *b)
{
    return (u32)b[0] << 24 | (u32)b[1] << 16 | (u32)b[2] << 8 | b[3];
}

// Both begin with ca fe ba be. A count of architectures, or the version of a class, follows:
// the first has been 45.
static const char *fat_or_java(const u8 *head, size_t n)
{
    if (n < 8 || memcmp(head, "\xca\xfe\xba\xbe", 4) != 0)
        return NULL;
    return big_endian(head + 4) < 45 ? "is a macOS program (fat Mach-O), " MAC
                                     : "is a Java class, " WANT
                                       "; give it to a Java machine for AArch64";
}

static const char *mach_o(const u8 *head, size_t n)
{
    enum { CPU_X86_64 = 0x01000007, CPU_ARM64 = 0x0100000c };
    if (n < 8 || memcmp(head, "\xcf\xfa\xed\xfe", 4) != 0)
        return NULL;
    u32 cpu = (u32)head[7] << 24 | (u32)head[6] << 16 | (u32)head[5] << 8 | head[4];
    return cpu == CPU_ARM64    ? "is a macOS program (Mach-O for arm64), " MAC
           : cpu == CPU_X86_64 ? "is a macOS program (Mach-O for x86-64), " MAC
                               : "is a macOS program (Mach-O), " MAC;
}

static bool is_text(const u8 *head, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (head[i] < 0x80 && !isprint(head[i]) && !isspace(head[i]))
            return false;
    return n > 0;
}

static const char *find(const u8 *head, size_t n)
{
    const char *what = mach_o(head, n);
    what = what ? what : fat_or_java(head, n);
    for (size_t i = 0; !what && i < COUNT(formats); i++)
        if (n >= formats[i].len && !memcmp(head, formats[i].magic, formats[i].len))
            what = formats[i].what;
    return what;
}

void format_explain(const u8 *head, size_t n, char *text, size_t size)
{
    const char *what = find(head, n);
    if (!n)
        what = "is empty, " WANT;
    else if (!what && is_text(head, n))
        what = "is text, " WANT "; a script names its interpreter in a first line '#!PATH'";
    else if (!what)
        what = "not an ELF file (it does not begin with 7f 'ELF'), " WANT;
    snprintf(text, size, "%s", what);
}
