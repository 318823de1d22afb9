// Children: fork, pipes between them, their ends, and execve of this program itself.
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t got;

static void note(int sig)
{
    got = sig;
}

static void memory_is_copied_and_statuses_come_back(void)
{
    int x = 1, status;
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t parent = getpid(), pid = fork();
    CHECK(pid >= 0);
    if (!pid) {
        CHECK(getppid() == parent && getpid() != parent);
        x = 2;
        *shared = 5;
        _exit(42);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42);
    CHECK(x == 1 && *shared == 5);
    CHECK(waitpid(pid, &status, 0) == -1 && errno == ECHILD);
    pid = fork();
    if (!pid)
        abort();
    CHECK(wait(&status) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void pipes_connect(void)
{
    int up[2], down[2], n = 0;
    char b[64];
    CHECK(!pipe(up) && !pipe(down));
    pid_t pid = fork();
    if (!pid) {
        close(down[1]);
        close(up[0]);
        ssize_t got;
        while ((got = read(down[0], b, sizeof(b))) > 0)
            CHECK(write(up[1], b, got) == got);
        _exit(0);
    }
    close(down[0]);
    close(up[1]);
    for (int i = 0; i < 100; i++)
        CHECK(write(down[1], "0123456789", 10) == 10);
    close(down[1]);
    for (ssize_t got; (got = read(up[0], b, sizeof(b))) > 0;)
        n += got;
    CHECK(n == 1000 && waitpid(pid, NULL, 0) == pid);
    close(up[0]);
}

// Also by the signals that stop a simulator.
static void a_child_ends_by_the_signal_it_gets(void)
{
    const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (int k = 0; k < 3; k++) {
        int status = 0, ready[2];
        char c;
        CHECK(!pipe(ready));
        pid_t pid = fork();
        while (!pid)
            write(ready[1], "r", 1), pause();
        CHECK(read(ready[0], &c, 1) == 1 && !kill(pid, signals[k]));
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == signals[k]);
        close(ready[0]);
        close(ready[1]);
    }
}

static void a_child_can_be_killed(void)
{
    int status;
    pid_t pid = fork();
    if (!pid)
        for (;;)
            sleep(1);
    CHECK(waitpid(pid, &status, WNOHANG) == 0);
    CHECK(!kill(pid, SIGKILL) && waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGKILL);
}

static void programs_are_executed(char *self)
{
    int status;
    char *const argv[] = { self, "child", "two words", NULL }, *const envp[] = { "KEY=value",
                                                                                 NULL };
    int open_fd = open("/dev/null", O_RDONLY), shut = open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK(dup2(open_fd, 20) == 20 && dup3(shut, 21, O_CLOEXEC) == 21);
    signal(SIGUSR1, note);
    signal(SIGUSR2, SIG_IGN);
    pid_t pid = fork();
    if (!pid) {
        execve(self, argv, envp);
        _exit(1);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK(!posix_spawn(&pid, self, NULL, NULL, argv, envp));
    CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 7);
    CHECK(execve("/nonexistent", argv, envp) == -1 && errno == ENOENT);
    int plain = open("plain", O_CREAT | O_WRONLY, 0644);
    CHECK(plain >= 0 && !close(plain));
    CHECK(execve("plain", argv, envp) == -1 && errno == EACCES && !unlink("plain"));
    CHECK(!raise(SIGUSR1) && got == SIGUSR1);
}

// Writes the headers of a program that wants the dynamic linker `interp`, `headers` of them.
static void write_program(const char *path, const char *interp, unsigned headers)
{
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr ph[2];
        char interp[16];
    } f = { .head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                      .e_type = ET_DYN,
                      .e_machine = EM_AARCH64,
                      .e_version = EV_CURRENT,
                      .e_entry = 0x1000,
                      .e_phoff = sizeof(Elf64_Ehdr),
                      .e_ehsize = sizeof(Elf64_Ehdr),
                      .e_phentsize = sizeof(Elf64_Phdr),
                      .e_phnum = headers } };
    size_t at = sizeof(f) - sizeof(f.interp), n = strlen(interp) + 1;
    memcpy(f.interp, interp, n);
    f.ph[0] = (Elf64_Phdr){ PT_INTERP, PF_R, at, at, at, n, n, 1 };
    f.ph[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, 0, 0, sizeof(f), 0x2000, 0x10000 };
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
    CHECK(fd >= 0 && write(fd, &f, sizeof(f)) == sizeof(f) && !close(fd));
}

// What is wrong with a program or its dynamic linker comes back to who executes it.
static void programs_that_cannot_be_executed(void)
{
    char *const argv[] = { "lame", NULL };
    write_program("lame", "./linker", 2);
    CHECK(execv("lame", argv) == -1 && errno == ENOENT);
    CHECK(!mkdir("linker", 0755));
    CHECK(execv("lame", argv) == -1 && errno == EACCES && !rmdir("linker"));
    int fd = open("linker", O_CREAT | O_WRONLY, 0644);
    CHECK(fd >= 0 && execv("lame", argv) == -1 && errno == EACCES);
    CHECK(!fchmod(fd, 0755) && !ftruncate(fd, 200) && !close(fd));
    CHECK(execv("lame", argv) == -1 && errno == ELIBBAD);
    CHECK(!truncate("linker", 20) && execv("lame", argv) == -1 && errno == EIO);
    write_program("linker", "./linker", 2000);   // more headers than there may be
    CHECK(execv("lame", argv) == -1 && errno == ELIBBAD && !unlink("linker"));
    write_program("lame", "./linker", 0);
    CHECK(execv("lame", argv) == -1 && errno == ENOEXEC);
    write_program("lame", "", 2);
    CHECK(execv("lame", argv) == -1 && errno == ENOEXEC);
    CHECK(!truncate("lame", 40) && execv("lame", argv) == -1 && errno == ENOEXEC);
    CHECK(!unlink("lame"));
}

// A program, as it runs under the name "own".
static int busy(void)
{
    char byte;
    int fd = open("own", O_RDONLY);
    CHECK(fd >= 0 && read(fd, &byte, 1) == 1 && byte == 0x7f && !close(fd));
    CHECK(open("own", O_WRONLY) == -1 && errno == ETXTBSY);
    CHECK(open("own", O_RDWR | O_CREAT, 0755) == -1 && errno == ETXTBSY);
    CHECK(open("own", O_RDONLY | O_TRUNC) == -1 && errno == ETXTBSY);
    CHECK(open("/proc/self/exe", O_RDWR) == -1 && errno == ETXTBSY);
    CHECK(truncate("own", 0) == -1 && errno == ETXTBSY);
    CHECK(!rename("own", "other") && open("other", O_WRONLY) == -1 && errno == ETXTBSY);
    fd = open("own", O_WRONLY | O_CREAT | O_EXCL, 0755);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1 && !close(fd) && !rename("own", "other"));
    fd = open("other", O_WRONLY | O_TRUNC);
    CHECK(fd >= 0 && !close(fd) && !unlink("other"));
    return 9;
}

static void a_running_program_is_not_written(void)
{
    static char buf[65536];
    char *const argv[] = { "own", "busy", NULL };
    int from = open("/proc/self/exe", O_RDONLY), to = open("own", O_WRONLY | O_CREAT, 0755);
    CHECK(from >= 0 && to >= 0);
    for (ssize_t n; (n = read(from, buf, sizeof(buf))) != 0;)
        CHECK(n > 0 && write(to, buf, n) == n);
    CHECK(!close(from) && !close(to));
    pid_t pid = fork();
    if (!pid) {
        execv("own", argv);
        _exit(1);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 9);
}

static int child(int argc, char **argv)
{
    struct sigaction act;
    CHECK(argc == 3 && !strcmp(argv[2], "two words") && !strcmp(getenv("KEY"), "value"));
    CHECK(fcntl(20, F_GETFD) == 0 && fcntl(21, F_GETFD) == -1);
    CHECK(!sigaction(SIGUSR1, NULL, &act) && act.sa_handler == SIG_DFL);
    CHECK(!sigaction(SIGUSR2, NULL, &act) && act.sa_handler == SIG_IGN);
    return 7;
}

// Runs `child` in a child, which lets this process go on by its end.
static void with_child(void (*child)(void))
{
    int status;
    pid_t pid = fork();
    if (!pid) {
        child();
        _exit(0);
    }
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void send_parent(void)
{
    static const int signals[] = { SIGHUP, SIGBUS, SIGSEGV, SIGTRAP, 40, 64 };
    for (int i = 0; i < 6; i++)
        CHECK(!kill(getppid(), signals[i]));
}

static void a_child_signals_its_parent(void)
{
    static const int signals[] = { SIGHUP, SIGBUS, SIGSEGV, SIGTRAP, 40, 64 };
    sigset_t set, pending;
    sigemptyset(&set);
    for (int i = 0; i < 6; i++) {
        signal(signals[i], SIG_IGN);
        sigaddset(&set, signals[i]);
    }
    with_child(send_parent);
    for (int i = 0; i < 6; i++)
        signal(signals[i], note);
    CHECK(!sigprocmask(SIG_BLOCK, &set, NULL));
    with_child(send_parent);
    CHECK(!sigpending(&pending));
    for (int i = 0; i < 6; i++) {
        int sig;
        CHECK(sigismember(&pending, signals[i]));
        CHECK(!sigwait(&set, &sig));
    }
    CHECK(!sigprocmask(SIG_UNBLOCK, &set, NULL));
    for (int i = 0; i < 6; i++)
        signal(signals[i], SIG_DFL);
}

static void a_child_is_stopped_and_goes_on(void)
{
    int status;
    siginfo_t info;
    pid_t pid = fork();
    if (!pid) {
        raise(SIGSTOP);
        pause();
        _exit(1);
    }
    CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
          WSTOPSIG(status) == SIGSTOP);
    CHECK(!kill(pid, SIGCONT));
    CHECK(!waitid(P_PID, (id_t)pid, &info, WCONTINUED) && info.si_code == CLD_CONTINUED &&
          info.si_pid == pid);
    CHECK(!kill(pid, SIGTERM));
    CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static pid_t member(pid_t group)
{
    pid_t pid = fork();
    while (!pid)
        pause();
    CHECK(!setpgid(pid, group ? group : pid));
    return pid;
}

// Also when its leader has been waited for.
static void a_group_is_waited_for(void)
{
    int status;
    siginfo_t info;
    pid_t mine = fork();
    if (!mine)
        _exit(1);
    pid_t leader = member(0), second = member(leader), third = member(leader);
    CHECK(waitpid(-leader, &status, WNOHANG) == 0);
    CHECK(waitpid(0, &status, 0) == mine && waitpid(0, &status, 0) == -1 && errno == ECHILD);
    CHECK(waitid(P_PGID, 0, &info, WEXITED) == -1 && errno == ECHILD);
    CHECK(waitpid(-second, &status, 0) == -1 && errno == ECHILD);
    CHECK(waitid(P_PID, 0, &info, WEXITED) == -1 && errno == EINVAL);
    CHECK(!kill(leader, SIGTERM) && waitpid(-leader, &status, 0) == leader);
    CHECK(getpgid(second) == leader && waitpid(-leader, &status, WNOHANG) == 0);
    CHECK(!kill(second, SIGTERM) && waitpid(-leader, &status, 0) == second);
    CHECK(!kill(-leader, SIGTERM));
    CHECK(!waitid(P_PGID, (id_t)leader, &info, WEXITED) && info.si_pid == third);
    CHECK(waitpid(-leader, &status, 0) == -1 && errno == ECHILD);
}

// Time goes on while one child is waited for and another has ended.
static void a_wait_for_one_is_not_for_another(void)
{
    int status;
    siginfo_t info;
    struct sigaction act = { .sa_handler = note };
    pid_t ended = fork(), other;
    if (!ended)
        _exit(3);
    other = fork();
    while (!other)
        pause();
    CHECK(!waitid(P_PID, (id_t)ended, &info, WEXITED | WNOWAIT) && info.si_pid == ended);
    CHECK(!sigaction(SIGALRM, &act, NULL));
    got = 0;
    alarm(1);
    CHECK(waitpid(other, &status, 0) == -1 && errno == EINTR && got == SIGALRM);
    CHECK(!kill(other, SIGKILL) && waitpid(other, &status, 0) == other);
    CHECK(waitpid(ended, &status, 0) == ended && WEXITSTATUS(status) == 3);
}

static void groups_are_signalled_together(void)
{
    int status, up[2];
    char c;
    CHECK(!pipe(up));
    pid_t first = fork(), second;
    if (!first) {
        CHECK(!setpgid(0, 0));
        fork();   // it and its child are of one group
        CHECK(write(up[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    CHECK(read(up[0], &c, 1) == 1 && read(up[0], &c, 1) == 1);
    CHECK(getpgid(first) == first && getpgid(0) != first);
    second = fork();
    if (!second)
        for (;;)
            pause();
    CHECK(!setpgid(second, first) && getpgid(second) == first);
    close(up[1]);
    CHECK(!kill(-first, SIGKILL));
    CHECK(read(up[0], &c, 1) == 0);   // the grandchild has gone too
    CHECK(waitpid(first, &status, 0) == first && WTERMSIG(status) == SIGKILL);
    CHECK(waitpid(second, &status, 0) == second && WTERMSIG(status) == SIGKILL);
    close(up[0]);
    CHECK(!pipe(up));
    signal(SIGUSR1, note);
    got = 0;
    pid_t mine = fork();
    if (!mine) {
        signal(SIGUSR1, SIG_DFL);
        CHECK(write(up[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    CHECK(read(up[0], &c, 1) == 1);
    CHECK(!setpgid(mine, 0) && !kill(-mine, SIGUSR1) && !got);
    CHECK(waitpid(mine, &status, 0) == mine && WTERMSIG(status) == SIGUSR1);
}

static pid_t ends_at_once(void)
{
    pid_t pid = fork();
    if (!pid)
        _exit(5);
    CHECK(pid > 0);
    return pid;
}

static void wait_to_see(pid_t pid)
{
    siginfo_t info;
    CHECK(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) && info.si_pid == pid);
}

static void children_end(void (*handler)(int), int flags)
{
    const struct sigaction act = { .sa_handler = handler, .sa_flags = flags };
    CHECK(!sigaction(SIGCHLD, &act, NULL));
}

// More of them than are kept at a time; a wait ends when there are no more.
static void ignored_ends_leave_nobody(void (*handler)(int), int flags)
{
    pid_t pid = 0;
    siginfo_t info;
    children_end(handler, flags);
    for (int i = 0; i < 300; i++)
        pid = ends_at_once();
    CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD);
    while (wait(NULL) == -1 && errno == EINTR)
        ;
    CHECK(errno == ECHILD && kill(pid, 0) == -1 && errno == ESRCH);
    pid = fork();
    while (!pid)
        pause();
    CHECK(!waitid(P_ALL, 0, &info, WEXITED | WNOHANG) && !info.si_pid);
    CHECK(!kill(pid, SIGKILL));
    CHECK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == -1 && errno == ECHILD);
    children_end(SIG_DFL, 0);
}

// What the program said when it ended.
static void what_held_at_an_end_decides(void)
{
    int status;
    pid_t before = ends_at_once();
    wait_to_see(before);
    children_end(SIG_IGN, 0);
    pid_t during = ends_at_once();
    while (!kill(during, 0))
        usleep(1000);
    children_end(SIG_DFL, 0);
    CHECK(waitpid(during, &status, 0) == -1 && errno == ECHILD);
    CHECK(!kill(before, 0) && wait(&status) == before && WEXITSTATUS(status) == 5);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return strcmp(argv[1], "busy") ? child(argc, argv) : busy();
    memory_is_copied_and_statuses_come_back();
    pipes_connect();
    a_child_can_be_killed();
    a_child_ends_by_the_signal_it_gets();
    a_child_signals_its_parent();
    a_child_is_stopped_and_goes_on();
    groups_are_signalled_together();
    a_group_is_waited_for();
    a_wait_for_one_is_not_for_another();
    ignored_ends_leave_nobody(SIG_IGN, 0);
    ignored_ends_leave_nobody(SIG_DFL, SA_NOCLDWAIT);
    ignored_ends_leave_nobody(note, SA_NOCLDWAIT | SA_RESTART);
    what_held_at_an_end_decides();
    programs_are_executed(argv[0]);
    programs_that_cannot_be_executed();
    a_running_program_is_not_written();
    puts("children ok");
    return 0;
}
