// inject: runs a command and lets the n-th of some system calls in it fail.
//
//     inject CALLS ERROR N LOG COMMAND ARGS...
//
// CALLS: names of the table below with commas between. N: which of them fails, counted over all
// threads and children; 0: none. LOG gets one line: how many there were, and the name and thread
// of the one that failed. The status is the command's, 128+n when a signal ended it.
//
// The kernel asks this process about each such call (seccomp's user notification), so calls
// without the C library are seen too. Those of the dynamic loader are not counted: they come
// before anything of the command runs, and its line about them is its own.
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static const struct {
    const char *name;
    int number;
} known[] = {
#ifdef __x86_64__
    { "open", SYS_open },
    { "stat", SYS_stat },
    { "rename", SYS_rename },
    { "fork", SYS_fork },
    { "vfork", SYS_vfork },
    { "unlink", SYS_unlink },
    { "mkdir", SYS_mkdir },
    { "pipe", SYS_pipe },
    { "dup2", SYS_dup2 },
    { "readlink", SYS_readlink },
    { "poll", SYS_poll },
#endif
    { "openat", SYS_openat },
    { "read", SYS_read },
    { "write", SYS_write },
    { "pread64", SYS_pread64 },
    { "pwrite64", SYS_pwrite64 },
    { "readv", SYS_readv },
    { "writev", SYS_writev },
    { "mmap", SYS_mmap },
    { "mremap", SYS_mremap },
    { "mprotect", SYS_mprotect },
    { "munmap", SYS_munmap },
    { "madvise", SYS_madvise },
    { "brk", SYS_brk },
    { "clone", SYS_clone },
    { "clone3", SYS_clone3 },
    { "fstat", SYS_fstat },
    { "newfstatat", SYS_newfstatat },
    { "statx", SYS_statx },
    { "ftruncate", SYS_ftruncate },
    { "close", SYS_close },
    { "renameat", SYS_renameat },
    { "renameat2", SYS_renameat2 },
    { "linkat", SYS_linkat },
    { "unlinkat", SYS_unlinkat },
    { "fcntl", SYS_fcntl },
    { "dup3", SYS_dup3 },
    { "pipe2", SYS_pipe2 },
    { "lseek", SYS_lseek },
    { "memfd_create", SYS_memfd_create },
    { "execve", SYS_execve },
    { "socket", SYS_socket },
    { "bind", SYS_bind },
    { "listen", SYS_listen },
    { "accept4", SYS_accept4 },
    { "getdents64", SYS_getdents64 },
    { "mkdirat", SYS_mkdirat },
    { "fchmod", SYS_fchmod },
    { "fchown", SYS_fchown },
    { "fsync", SYS_fsync },
    { "readlinkat", SYS_readlinkat },
    { "faccessat", SYS_faccessat },
    { "sendto", SYS_sendto },
    { "sigaltstack", SYS_sigaltstack },
    { "rt_sigaction", SYS_rt_sigaction },
    { "eventfd2", SYS_eventfd2 },
    { "prlimit64", SYS_prlimit64 },
    { "getrandom", SYS_getrandom },
    { "userfaultfd", SYS_userfaultfd },
    { "copy_file_range", SYS_copy_file_range },
    { "ppoll", SYS_ppoll },
    { "wait4", SYS_wait4 },
    { "waitid", SYS_waitid },
    { "timer_create", SYS_timer_create },
    { "prctl", SYS_prctl },
    { "seccomp", SYS_seccomp },
};

static const struct {
    const char *name;
    int number;
} errors[] = {
    { "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EBADF", EBADF },   { "EIO", EIO },
    { "EINVAL", EINVAL }, { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "ENOSPC", ENOSPC },
    { "ENOSYS", ENOSYS }, { "EPERM", EPERM },   { "EROFS", EROFS },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]), ERRORS = sizeof(errors) / sizeof(errors[0]) };

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    exit(125);
}

// Asks about the calls of `names`, and lets pass all others.
static int install(char *names)
{
    struct sock_filter code[KNOWN + 3];
    unsigned n = 0;
    int calls[KNOWN], count = 0;
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        bool found = false;
        for (int k = 0; k < KNOWN; k++)
            if (!strcmp(known[k].name, name) && count < KNOWN) {
                calls[count++] = known[k].number;
                found = true;
            }
        if (!found)
            errno = EINVAL, die(name);
    }
    code[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (int k = 0; k < count; k++)
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[k],
                                                 (unsigned char)(count - k), 0);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = { (unsigned short)n, code };
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        die("no_new_privs");
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    if (fd < 0)
        fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (fd < 0)
        die("seccomp");
    return (int)fd;
}

// The listener goes to the parent over a socket, by calls that are not asked about yet.
static void hand_over(int to, int fd)
{
    char byte = 0, room[CMSG_SPACE(sizeof(int))] = { 0 };
    struct iovec v = { &byte, 1 };
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)
    };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    *c = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    if (sendmsg(to, &m, 0) != 1)
        die("sendmsg");
}

static int take_over(int from)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec v = { &byte, 1 };
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)
    };
    int fd;
    if (recvmsg(from, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
        die("recvmsg");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
    return fd;
}

// Whether the call was made by the dynamic loader, or by this program before it became another.
static bool is_start_up(unsigned pid, uint64_t pc)
{
    char path[64], line[4400], name[4200];
    bool mine = false;
    snprintf(path, sizeof(path), "/proc/%u/maps", pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        uint64_t from, to;
        name[0] = 0;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %4199s", &from, &to, name) < 2)
            continue;
        const char *base = strrchr(name, '/');
        mine |= base && !strcmp(base, "/inject");
        if (pc >= from && pc < to && base && !strncmp(base, "/ld-", 4))
            mine = true;
    }
    if (f)
        fclose(f);
    return mine;
}

static const char *name_of(int number)
{
    for (int k = 0; k < KNOWN; k++)
        if (known[k].number == number)
            return known[k].name;
    return "?";
}

// A close that fails has closed nevertheless, which this one has not: only of files, whose end
// nobody waits for.
static bool counts(const struct seccomp_notif *q)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%u/fd/%d", q->pid, (int)q->data.args[0]);
    return q->data.nr != SYS_close || (!stat(path, &st) && S_ISREG(st.st_mode));
}

struct state {
    unsigned long n, count;
    int error;
    int name;       // of the call that failed
    uint64_t arg[3];
};

static void answer(int listener, struct state *s)
{
    struct seccomp_notif q = { 0 };
    struct seccomp_notif_resp a = { 0 };
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q))
        return;
    a.id = q.id;
    a.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (counts(&q) && !is_start_up(q.pid, q.data.instruction_pointer) && ++s->count == s->n) {
        a.flags = 0;
        a.error = q.data.nr == SYS_brk ? 0 : -s->error;   // whose failure is an address below
        s->name = q.data.nr;
        for (int k = 0; k < 3; k++)
            s->arg[k] = q.data.args[k];
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &a);
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return fprintf(stderr, "inject CALLS ERROR N LOG COMMAND ARGS...\n"), 125;
    struct state s = { .n = strtoul(argv[3], NULL, 10), .name = -1 };
    for (int k = 0; k < ERRORS; k++)
        if (!strcmp(errors[k].name, argv[2]))
            s.error = errors[k].number;
    FILE *log = fopen(argv[4], "we");
    int pair[2];
    if (!s.error || !log || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        die(argv[2]);
    pid_t child = fork();
    if (child == 0) {
        int fd = install(argv[1]);
        hand_over(pair[1], fd);
        close(fd);
        execvp(argv[5], argv + 5);
        die(argv[5]);
    }
    close(pair[1]);
    int listener = take_over(pair[0]), status = 0;
    struct pollfd p = { .fd = listener, .events = POLLIN };
    // The end of the last process that the filter holds for hangs up.
    while (poll(&p, 1, -1) >= 0 || errno == EINTR) {
        if (p.revents & POLLIN)
            answer(listener, &s);
        else if (p.revents & POLLHUP)
            break;
    }
    waitpid(child, &status, 0);
    fprintf(log, "%lu %s %#lx %#lx %#lx\n", s.count, s.name >= 0 ? name_of(s.name) : "-", s.arg[0],
            s.arg[1], s.arg[2]);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
