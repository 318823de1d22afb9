#include "base/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/types.h"

// A row: the call `number` is allowed when (argument & mask) == value.
struct row {
    unsigned part;
    u32 number, argument, mask, value;
};

#define ANY 0, 0, 0
#define IS(n, value) n, ~0u, value
#define BITS(n, mask, value) n, mask, value
#define LACKS(n, bits) n, bits, 0
#define CALL(part, name, arguments, who) { SANDBOX_##part, SYS_##name, arguments },

static const struct row rows[] = {
#include "base/sandbox.def"
};

#if defined(__x86_64__)
static const u32 ARCH = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
static const u32 ARCH = AUDIT_ARCH_AARCH64;
#else
static const u32 ARCH = 0;   // of no host: all is refused, and sandbox_enter says so before
#endif

enum { ROW_LENGTH = 6, LOAD = BPF_LD | BPF_W | BPF_ABS, SAME = BPF_JMP | BPF_JEQ | BPF_K };

// What the kernel runs before each system call. Of those without a condition it knows the
// answer beforehand (since 5.11) and runs nothing; so the others come first.
struct program {
    struct sock_filter code[ROW_LENGTH * (sizeof(rows) / sizeof(rows[0])) + ROW_LENGTH];
    unsigned short length;
};

static void add(struct program *p, u32 code, u32 k, u32 then, u32 otherwise)
{
    p->code[p->length++] = (struct sock_filter){ (u16)code, (u8)then, (u8)otherwise, k };
}

// Both hosts have the low half of an argument first.
static void add_row(struct program *p, const struct row *r)
{
    add(p, SAME, r->number, 0, r->mask ? ROW_LENGTH - 1 : 1);
    if (r->mask) {
        add(p, LOAD, offsetof(struct seccomp_data, args) + r->argument * sizeof(u64), 0, 0);
        add(p, BPF_ALU | BPF_AND | BPF_K, r->mask, 0, 0);
        add(p, SAME, r->value, 0, 1);
    }
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    if (r->mask)
        add(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
}

static void assemble(struct program *p, unsigned parts)
{
    const u32 refuse = SECCOMP_RET_ERRNO | ENOSYS;
    p->length = 0;
    add(p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
    add(p, SAME, ARCH, 1, 0);
    add(p, BPF_RET | BPF_K, refuse, 0, 0);
    add(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
    for (int conditional = 1; conditional >= 0; conditional--)
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++)
            if (rows[k].part & parts && (rows[k].mask != 0) == conditional)
                add_row(p, &rows[k]);
    add(p, BPF_RET | BPF_K, refuse, 0, 0);
}

bool sandbox_enter(unsigned parts, struct err *e)
{
    struct program p;
    assemble(&p, parts | SANDBOX_ALWAYS);
    struct sock_fprog program = { p.length, p.code };
    // A filter would otherwise forbid the speculation that code of a JIT lives from.
    unsigned flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    if (!ARCH)
        return err_set(e, "seccomp: no table of this host's system calls");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return err_set(e, "seccomp: %s", strerror(errno));
    long failed = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (failed)
        return err_set(e, "seccomp: %s",
                       failed > 0 ? "a thread has another filter" : strerror(errno));
    return true;
}
