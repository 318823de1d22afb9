// A child that is no more, whose number another process of the host has got since, leading a group
// of its own: the child's signals do not reach that. `numbers HOW`: it says "there" when the child is
// there and "gone" when it is no more, and each time goes on when it is told to.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void check(int good, const char *what)
{
    if (!good) {
        printf("not so (errno %d): %s\n", errno, what);
        failures++;
    }
}

static void tell(const char *what)
{
    char c;
    puts(what);
    check(read(0, &c, 1) == 1, "an answer");
}

static pid_t child(pid_t group)
{
    pid_t pid = fork();
    while (!pid)
        pause();
    check(pid > 0 && !setpgid(pid, group ? group : pid), "a child in a group");
    return pid;
}

// The child led a group that another is left in, which then makes its own.
static void group(void)
{
    pid_t leader = child(0), member = child(leader);
    tell("there");
    kill(leader, SIGKILL);
    check(waitpid(leader, NULL, 0) == leader, "the leader is waited for");
    check(getpgid(member) == leader && !kill(-leader, 0), "its group is still there");
    check(!setpgid(member, member), "and is left by all");
    tell("gone");
    check(kill(-leader, SIGKILL) == -1 && errno == ESRCH, "the group is no more");
    check(kill(leader, SIGKILL) == -1 && errno == ESRCH, "nor is the leader");
    check(setpgid(member, leader) == -1 && errno == EPERM, "nobody can join it");
    check(waitpid(-leader, NULL, WNOHANG) == -1 && errno == ECHILD, "nor be waited for in it");
    kill(member, SIGKILL);
    waitpid(member, NULL, 0);
}

// Nobody waits for the child.
static void ignored(int flags)
{
    const struct sigaction act = { .sa_handler = flags ? SIG_DFL : SIG_IGN, .sa_flags = flags };
    check(!sigaction(SIGCHLD, &act, NULL), "ends are ignored");
    pid_t pid = child(0);
    tell("there");
    kill(pid, SIGTERM);
    while (!kill(pid, 0))
        usleep(1000);
    tell("gone");
    check(kill(pid, SIGKILL) == -1 && errno == ESRCH, "the child is no more");
    check(kill(-pid, SIGKILL) == -1 && errno == ESRCH, "nor is its group");
    check(wait(NULL) == -1 && errno == ECHILD, "there is no other");
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    if (!strcmp(argv[1], "group"))
        group();
    else
        ignored(strcmp(argv[1], "flag") ? 0 : SA_NOCLDWAIT);
    return failures > 0;
}
