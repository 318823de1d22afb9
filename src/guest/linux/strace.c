// --strace: one line a system call, in the form strace prints.
//
// Letters of syscalls.def, one an argument: d signed, u unsigned, x hex, m octal, M octal
// when the flags before it create, p pointer, s string, w buffer (its length follows),
// r buffer (the result is its length), f descriptor, a directory descriptor, o open flags,
// A *at flags, P protection, F mmap flags, S signal, c clock, t timespec, i ioctl, k mode
// of access, C fcntl command, h whence, H how.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "guest/linux.h"

enum { SHOWN = 32 };   // bytes of a string, as strace

struct flag {
    u64 value;
    const char *name;
};

// Open flags are arm64's.
static const struct flag open_names[] = {
    { 0100, "O_CREAT" },
    { 0200, "O_EXCL" },
    { 0400, "O_NOCTTY" },
    { 01000, "O_TRUNC" },
    { 02000, "O_APPEND" },
    { 04000, "O_NONBLOCK" },
    { 04010000, "O_SYNC" },
    { 010000, "O_DSYNC" },
    { 020040000, "O_TMPFILE" },
    { 040000, "O_DIRECTORY" },
    { 0100000, "O_NOFOLLOW" },
    { 0200000, "O_DIRECT" },
    { 0400000, "O_LARGEFILE" },
    { 01000000, "O_NOATIME" },
    { 02000000, "O_CLOEXEC" },
    { 010000000, "O_PATH" },
    { 0, NULL },
};
static const struct flag prot_names[] = {
    { 1, "PROT_READ" }, { 2, "PROT_WRITE" }, { 4, "PROT_EXEC" }, { 0x10, "PROT_BTI" }, { 0, NULL },
};
static const struct flag map_names[] = {
    { MAP_SHARED, "MAP_SHARED" },
    { MAP_PRIVATE, "MAP_PRIVATE" },
    { MAP_FIXED, "MAP_FIXED" },
    { MAP_ANONYMOUS, "MAP_ANONYMOUS" },
    { MAP_GROWSDOWN, "MAP_GROWSDOWN" },
    { MAP_DENYWRITE, "MAP_DENYWRITE" },
    { MAP_NORESERVE, "MAP_NORESERVE" },
    { MAP_POPULATE, "MAP_POPULATE" },
    { MAP_STACK, "MAP_STACK" },
    { MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE" },
    { 0, NULL },
};
static const struct flag at_names[] = {
    { AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW" },
    { AT_REMOVEDIR, "AT_REMOVEDIR" },
    { AT_SYMLINK_FOLLOW, "AT_SYMLINK_FOLLOW" },
    { AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT" },
    { AT_EMPTY_PATH, "AT_EMPTY_PATH" },
    { 0, NULL },
};
static const struct flag access_names[] = {
    { 4, "R_OK" },
    { 2, "W_OK" },
    { 1, "X_OK" },
    { 0, NULL },
};

#define NAME(x) { x, #x }
static const struct flag ioctl_names[] = {
    NAME(TCGETS),     NAME(TCSETS),    NAME(TCSETSW),   NAME(TCSETSF),  NAME(TIOCGWINSZ),
    NAME(TIOCSWINSZ), NAME(TIOCGPGRP), NAME(TIOCSPGRP), NAME(FIONREAD), NAME(FIONBIO),
    NAME(FIOCLEX),    NAME(FIONCLEX),  { 0, NULL },
};
static const struct flag fcntl_names[] = {
    NAME(F_DUPFD),         NAME(F_GETFD),      NAME(F_SETFD),      NAME(F_GETFL),
    NAME(F_SETFL),         NAME(F_GETLK),      NAME(F_SETLK),      NAME(F_SETLKW),
    NAME(F_DUPFD_CLOEXEC), NAME(F_GETPIPE_SZ), NAME(F_SETPIPE_SZ), { 0, NULL },
};
static const struct flag clock_names[] = {
    NAME(CLOCK_REALTIME),
    NAME(CLOCK_MONOTONIC),
    NAME(CLOCK_PROCESS_CPUTIME_ID),
    NAME(CLOCK_THREAD_CPUTIME_ID),
    NAME(CLOCK_MONOTONIC_RAW),
    NAME(CLOCK_REALTIME_COARSE),
    NAME(CLOCK_MONOTONIC_COARSE),
    NAME(CLOCK_BOOTTIME),
    NAME(CLOCK_TAI),
    { 0, NULL },
};
static const struct flag whence_names[] = {
    NAME(SEEK_SET), NAME(SEEK_CUR), NAME(SEEK_END), NAME(SEEK_DATA), NAME(SEEK_HOLE), { 0, NULL },
};
static const struct flag how_names[] = {
    NAME(SIG_BLOCK),
    NAME(SIG_UNBLOCK),
    NAME(SIG_SETMASK),
    { 0, NULL },
};

static void print_one_of(FILE *f, const struct flag *list, u64 value)
{
    for (; list->name; list++)
        if (list->value == value) {
            fputs(list->name, f);
            return;
        }
    fprintf(f, "0x%llx", (unsigned long long)value);
}

// Names joined by '|'; `zero` when no bit is set.
static void print_flags(FILE *f, const struct flag *list, u64 value, const char *zero)
{
    const char *bar = "";
    if (!value && zero) {
        fputs(zero, f);
        return;
    }
    for (; list->name; list++)
        if ((value & list->value) == list->value) {
            fprintf(f, "%s%s", bar, list->name);
            value &= ~list->value;
            bar = "|";
        }
    if (value)
        fprintf(f, "%s0x%llx", bar, (unsigned long long)value);
}

static void print_open(FILE *f, u64 flags)
{
    static const char *const mode[] = { "O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE" };
    fputs(mode[flags & 3], f);
    if (flags & ~(u64)3) {
        putc('|', f);
        print_flags(f, open_names, flags & ~(u64)3, NULL);
    }
}

static void print_bytes(FILE *f, const u8 *s, size_t n)
{
    static const char *const escape[256] = {
        ['\n'] = "\\n",  ['\t'] = "\\t", ['\r'] = "\\r", ['"'] = "\\\"",
        ['\\'] = "\\\\", ['\v'] = "\\v", ['\f'] = "\\f"
    };
    putc('"', f);
    for (size_t i = 0; i < n; i++) {
        bool digit_follows = i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '9';
        if (escape[s[i]])
            fputs(escape[s[i]], f);
        else if (s[i] >= 32 && s[i] < 127)
            putc(s[i], f);
        else
            fprintf(f, digit_follows ? "\\%03o" : "\\%o", s[i]);
    }
    putc('"', f);
}

static void print_pointer(FILE *f, vaddr a)
{
    if (a)
        fprintf(f, "0x%llx", (unsigned long long)a);
    else
        fputs("NULL", f);
}

static void print_buffer(FILE *f, struct thread *t, vaddr a, i64 len)
{
    u8 bytes[SHOWN];
    size_t n = len < 0 ? 0 : len > SHOWN ? SHOWN : len;
    if (len < 0 || space_read(t->process->space, bytes, a, n)) {
        print_pointer(f, a);
        return;
    }
    print_bytes(f, bytes, n);
    if (len > SHOWN)
        fputs("...", f);
}

static void print_string(FILE *f, struct thread *t, vaddr a)
{
    char text[4096];
    i64 n = space_string(t->process->space, text, a, sizeof(text));
    if (n == -EFAULT)
        print_pointer(f, a);
    else
        print_bytes(f, (const u8 *)text, n < 0 ? sizeof(text) : (size_t)n);
}

static void print_timespec(FILE *f, struct thread *t, vaddr a)
{
    struct timespec ts;
    if (!a || space_read(t->process->space, &ts, a, sizeof(ts)))
        print_pointer(f, a);
    else
        fprintf(f, "{tv_sec=%lld, tv_nsec=%lld}", (long long)ts.tv_sec, (long long)ts.tv_nsec);
}

static void print_arg(FILE *f, struct thread *t, char letter, const u64 *a, i64 result)
{
    switch (letter) {
    case 'd': fprintf(f, "%lld", (i32)*a == -1 ? -1LL : (long long)*a); break;
    case 'f': fprintf(f, "%d", (i32)*a); break;
    case 'u': fprintf(f, "%llu", (unsigned long long)*a); break;
    case 'x': fprintf(f, *a ? "0x%llx" : "%llx", (unsigned long long)*a); break;
    case 'm':
    case 'M': fprintf(f, "0%llo", (unsigned long long)*a & 07777777); break;
    case 'p': print_pointer(f, *a); break;
    case 's': print_string(f, t, *a); break;
    case 'w': print_buffer(f, t, *a, a[1]); break;
    case 'r': print_buffer(f, t, *a, result); break;
    case 'a': (i32) * a == AT_FDCWD ? fputs("AT_FDCWD", f) : fprintf(f, "%d", (i32)*a); break;
    case 'o': print_open(f, *a); break;
    case 'A': print_flags(f, at_names, (u32)*a, "0"); break;
    case 'P': print_flags(f, prot_names, *a, "PROT_NONE"); break;
    case 'F': print_flags(f, map_names, *a, "0"); break;
    case 'k': print_flags(f, access_names, *a, "F_OK"); break;
    case 'S': fprintf(f, (u32)*a ? "SIG%s" : "0", signal_name(*a)); break;
    case 'c': print_one_of(f, clock_names, (u32)*a); break;
    case 'i': print_one_of(f, ioctl_names, (u32)*a); break;
    case 'C': print_one_of(f, fcntl_names, (u32)*a); break;
    case 'h': print_one_of(f, whence_names, (u32)*a); break;
    case 'H': print_one_of(f, how_names, (u32)*a); break;
    case 't': print_timespec(f, t, *a); break;
    }
}

static void print_result(FILE *f, const struct thread *t, i64 result, bool address)
{
    if (t->process->exited)
        fputs("?", f);
    else if (result < 0 && result > -4096)
        fprintf(f, "-1 %s (%s)", strerrorname_np(-result) ? strerrorname_np(-result) : "E?",
                strerror(-result));
    else if (address)
        print_pointer(f, result);
    else
        fprintf(f, "%lld", (long long)result);
}

void strace_print(struct thread *t, u64 number, const u64 a[6], i64 result)
{
    const struct syscall_row *row = syscall_row(number);
    const char *args = row ? row->args : "xxxxxx";
    bool address = *args == '=';
    FILE *f = t->process->options.strace;
    args += address;
    if (row)
        fprintf(f, "%s(", row->name);
    else
        fprintf(f, "syscall_0x%llx(", (unsigned long long)number);
    for (int i = 0; args[i]; i++) {
        bool creates = i && args[i] == 'M' && (a[i - 1] & 0100 || (a[i - 1] & 020000000));
        if (args[i] == 'M' && !creates)
            continue;
        if (i)
            fputs(", ", f);
        print_arg(f, t, args[i], &a[i], result);
    }
    fputs(") = ", f);
    print_result(f, t, result, address);
    putc('\n', f);
    if (t->process->exited && !t->process->exit_signal)
        fprintf(f, "+++ exited with %d +++\n", t->process->exit_status);
}
