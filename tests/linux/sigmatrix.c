// What each signal does to a process, by its disposition and by who sends it.
//
//   sigmatrix STEP FIRST all                a table, of children that are forked
//   sigmatrix STEP FIRST outside PROGRAM…   the same of programs that are started
//   sigmatrix STEP FIRST inherit PROGRAM…   of programs started with the signal ignored or blocked
//
// Every STEP-th signal from FIRST up is tried, the others are `-`. PROGRAM… is this one, however it
// is run: it is given `cell HOW DISPOSITION SIGNAL SENDER` or `inherited SIGNAL`.
//
// A row is HOW DISPOSITION and a letter for each signal from 1 up: `.` nothing has happened, `k` it
// ended the process, `s` it stopped it (and what follows came after SIGCONT), `h` the handler ran
// once with the right siginfo, `3` three times in order, `p` it was pending and then taken, `i` it
// is ignored, `b` it is blocked, `n` its disposition cannot be changed, `x` something else.
// The table of Linux is what this program, built for the host, prints: sigmatrix.expected.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SIGNALS = 64,
    NOTHING = 0,
    HANDLED = 1,
    PENDING = 2,
    THRICE = 3,
    IGNORED = 4,
    BLOCKED = 5,
    CONSTANT = 6,
    WRONG = 7
};
static const char letters[] = ".hp3ibnx";

static const char *const hows[] = { "outside", "itself", "thread", "timer", "queued" };
static const char *const dispositions[] = { "default", "ignored", "blocked", "handled" };
enum { OUTSIDE, ITSELF, THREAD, TIMER, QUEUED };
enum { DEFAULT, IGNORE, BLOCK, HANDLE };

// sigaction and sigset_t of the kernel: the C library keeps signals 32 and 33 to itself.
struct action {
    unsigned long handler, flags, restorer, mask;
};

static int step, first;   // of the signals to try
static int how, wanted;
static pid_t sender;
static volatile sig_atomic_t count, wrong;

static void note(int sig, siginfo_t *info, void *context)
{
    static const int codes[] = { SI_USER, SI_USER, SI_TKILL, SI_TIMER, SI_QUEUE };
    count++;
    int number = how == QUEUED ? info->si_value.sival_int != count
                               : how == TIMER && info->si_value.sival_int != 77;
    int stranger = how != TIMER && info->si_pid != sender;
    wrong |=
        sig != wanted || info->si_signo != sig || info->si_code != codes[how] || number || stranger;
}

static int act(int sig, const struct action *new, struct action *old)
{
    return (int)syscall(SYS_rt_sigaction, sig, new, old, 8);
}

// As the C library would, for any signal: `note` with SA_SIGINFO and its way back.
static int handle(int sig)
{
    struct sigaction sa = { .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART };
    struct action usr1, before;
    act(SIGUSR1, NULL, &before);
    sigaction(SIGUSR1, &sa, NULL);
    act(SIGUSR1, NULL, &usr1);
    act(SIGUSR1, &before, NULL);
    return act(sig, &usr1, NULL);
}

static int set(int sig, unsigned long handler)
{
    return act(sig, &(struct action){ .handler = handler }, NULL);
}

static void mask(int what, int sig)
{
    unsigned long one = 1ul << (sig - 1);
    syscall(SYS_rt_sigprocmask, what, &one, NULL, 8);
}

static int pending(int sig)
{
    unsigned long set = 0;
    syscall(SYS_rt_sigpending, &set, 8);
    return set >> (sig - 1) & 1;
}

// Takes a signal that is pending as often as it is: whether it is the one, from the right sender.
static int take(int sig)
{
    unsigned long one = 1ul << (sig - 1);
    struct timespec none = { 0, 0 };
    siginfo_t info;
    while (syscall(SYS_rt_sigtimedwait, &one, &info, &none, 8) == sig)
        note(sig, &info, NULL);
    return wrong || pending(sig) ? WRONG : count == 1 ? PENDING : count == 3 ? THRICE : WRONG;
}

static void pass(void)
{
    for (struct timespec left = { 0, 8000000 }; nanosleep(&left, &left) && errno == EINTR;)
        ;
}

static void send_itself(int sig)
{
    sender = getpid();
    if (how == ITSELF)
        kill(getpid(), sig);
    if (how == THREAD)
        syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig);
    for (int i = 1; how == QUEUED && i <= 3; i++) {
        siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };
        info.si_pid = sender;
        info.si_value.sival_int = i;
        syscall(SYS_rt_sigqueueinfo, getpid(), sig, &info);
    }
    if (how == TIMER) {
        struct sigevent event = { .sigev_signo = sig, .sigev_value.sival_int = 77 };
        struct itimerspec soon = { .it_value = { 0, 500000 } };
        int timer;
        syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer);
        syscall(SYS_timer_settime, timer, 0, &soon, NULL);
        pass();
    }
}

// What becomes of this process: its exit status, if it comes to that. Descriptors 0 and 1 lead to
// who looks at it; `queued` is sent from outside when `sender` is set.
static int cell(int disposition, int sig, pid_t from)
{
    char c = 'r';
    wanted = sig;
    int set_failed = disposition == IGNORE   ? set(sig, 1)
                     : disposition == HANDLE ? handle(sig)
                                             : set(sig, 0);
    if (disposition == BLOCK || how == QUEUED)
        mask(SIG_BLOCK, sig);
    if (set_failed && disposition != DEFAULT && errno != EINVAL)
        return WRONG;
    sender = from;
    if (from && (write(1, &c, 1) != 1 || read(0, &c, 1) != 1))
        return WRONG;
    if (!from)
        send_itself(sig);
    if (disposition == BLOCK)
        return pending(sig) ? take(sig) : NOTHING;
    if (how == QUEUED)
        mask(SIG_UNBLOCK, sig);
    return wrong ? WRONG : count == 1 ? HANDLED : count == 3 ? THRICE : count ? WRONG : NOTHING;
}

// ---- who looks at it

static void send_to(pid_t child, int sig)
{
    if (how == OUTSIDE)
        kill(child, sig);
    int times = sig == SIGINT || sig == SIGTERM ? 2 : 3;   // three of these always end m2sim
    for (int i = 1; how == QUEUED && i <= times; i++) {
        siginfo_t info = { .si_signo = sig, .si_code = SI_QUEUE };
        info.si_pid = getpid();
        info.si_value.sival_int = i;
        syscall(SYS_rt_sigqueueinfo, child, sig, &info);
    }
}

static char judge(pid_t child, int sig)
{
    int status, stopped = 0;
    while (waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) {
        stopped = WSTOPSIG(status) == sig;
        kill(child, SIGCONT);
    }
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == sig ? 'k' : 'x';
    if (WEXITSTATUS(status) == 128 + sig)   // as a shell says it
        return 'k';
    return stopped                        ? WEXITSTATUS(status) == NOTHING ? 's' : 'x'
           : WEXITSTATUS(status) <= WRONG ? letters[WEXITSTATUS(status)]
                                          : 'x';
}

static void run_cell(int disposition, int sig, int from_outside, char **program)
{
    char number[8], sign[8];
    pid_t from = from_outside ? getppid() : 0;
    if (!program)
        _exit(cell(disposition, sig, from));
    snprintf(number, sizeof(number), "%d", sig);
    snprintf(sign, sizeof(sign), "%d", (int)from);
    char *words[32] = { 0 };
    int n = 0;
    for (; program[n] && n < 24; n++)
        words[n] = program[n];
    words[n++] = "cell";
    words[n++] = (char *)hows[how];
    words[n++] = (char *)dispositions[disposition];
    words[n++] = number;
    words[n++] = sign;
    execv(words[0], words);
    _exit(WRONG);
}

static int skipped(int sig)
{
    return (sig - first) % step != 0;
}

static char attempt(int disposition, int sig, int from_outside, char **program)
{
    int to[2], back[2];
    char c;
    if (skipped(sig))
        return '-';
    if (pipe(to) || pipe(back))
        exit(2);
    pid_t child = fork();
    if (!child) {
        setpgid(0, 0);   // stops are for groups that somebody can continue
        dup2(to[0], 0);
        dup2(back[1], 1);
        close(to[0]), close(to[1]), close(back[0]), close(back[1]);
        run_cell(disposition, sig, from_outside, program);
    }
    close(back[1]);
    if (from_outside && read(back[0], &c, 1) == 1) {
        send_to(child, sig);
        if (write(to[1], "g", 1) != 1)
            exit(2);
    }
    char result = judge(child, sig);
    close(to[0]), close(to[1]), close(back[0]);
    return result;
}

static void row(const char *name, int disposition, int from_outside, char **program)
{
    printf("%-14s %-8s", name, dispositions[disposition]);
    for (int sig = 1; sig <= SIGNALS; sig++)
        printf("%s%c", sig % 16 == 1 ? " " : "", attempt(disposition, sig, from_outside, program));
    putchar('\n');
    fflush(stdout);
}

static void table(char **program)
{
    for (int disposition = DEFAULT; disposition <= HANDLE; disposition++) {
        for (how = OUTSIDE; how <= (program ? OUTSIDE : QUEUED); how++)
            row(hows[how], disposition, how == OUTSIDE, program);
        how = QUEUED;
        row("queued-outside", disposition, 1, program);
    }
}

// Started with `sig` ignored or blocked: does it find it so?
static int inherited(int sig)
{
    struct action is = { 0 };
    unsigned long set = 0;
    act(sig, NULL, &is);
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &set, 8);
    return is.handler > 1         ? WRONG
           : is.handler == 1      ? IGNORED
           : set >> (sig - 1) & 1 ? BLOCKED
                                  : NOTHING;
}

static void start_inheriting(int disposition, int sig, char **program)
{
    char number[8], *words[32] = { 0 };
    int n = 0;
    if (disposition == BLOCK)
        mask(SIG_BLOCK, sig);
    else
        set(sig, disposition == IGNORE);
    snprintf(number, sizeof(number), "%d", sig);
    for (; program[n] && n < 24; n++)
        words[n] = program[n];
    words[n++] = "inherited";
    words[n++] = number;
    execv(words[0], words);
    _exit(WRONG);
}

static void inherit(char **program)
{
    for (int disposition = DEFAULT; disposition <= BLOCK; disposition++) {
        printf("%-14s %-8s", "inherited", dispositions[disposition]);
        for (int sig = 1; sig <= SIGNALS; sig++) {
            // 32 and 33 are the C library's: ignored in what posix_spawn starts, and handled.
            int usable = sig != 32 && sig != 33;
            pid_t child = skipped(sig) || !usable ? -1 : fork();
            if (!child)
                start_inheriting(disposition, sig, program);
            printf("%s%c", sig % 16 == 1 ? " " : "", child < 0 ? '-' : judge(child, sig));
        }
        putchar('\n');
        fflush(stdout);
    }
}

static int find(const char *const *names, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return i;
    exit(2);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "cell") && argc == 6) {
        how = find(hows, 5, argv[2]);
        return cell(find(dispositions, 4, argv[3]), atoi(argv[4]), atoi(argv[5]));
    }
    if (!strcmp(what, "inherited") && argc == 3)
        return inherited(atoi(argv[2]));
    step = argc > 3 ? atoi(argv[1]) : 0;
    first = argc > 3 ? atoi(argv[2]) : 0;
    if (step < 1)
        return 2;
    if (!strcmp(argv[3], "all") && argc == 4)
        table(NULL);
    else if (!strcmp(argv[3], "outside") && argc > 4)
        table(argv + 4);
    else if (!strcmp(argv[3], "inherit") && argc > 4)
        inherit(argv + 4);
    else
        return 2;
    return 0;
}
