// A child whose parent is killed before the child has run: its parent is 1 from then on, which it
// cannot send signals to, whatever process of the host has become its parent there.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 40, CHILDREN = 25 };

struct shared {
    int over;    // rounds whose parent is gone
    int seen, wrong;
};

static void child(struct shared *s, int round)
{
    while (__atomic_load_n(&s->over, __ATOMIC_SEQ_CST) <= round)
        usleep(500);
    usleep(5000);   // it is the host's by now
    int parent = getppid(), sent = kill(parent, 0);
    __atomic_add_fetch(&s->seen, 1, __ATOMIC_SEQ_CST);
    if (parent != 1 || !sent)
        __atomic_add_fetch(&s->wrong, 1, __ATOMIC_SEQ_CST);
    _exit(0);
}

static void parent(struct shared *s, int round)
{
    int self = getpid();
    if (!fork()) {
        usleep(300 + 977 * round % 4000);
        kill(self, SIGKILL);
        _exit(0);
    }
    for (int k = 0; k < CHILDREN; k++)
        if (!fork())
            child(s, round);
    for (;;)
        pause();
}

int main(void)
{
    struct shared *s =
        mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t pid = fork();
        if (!pid)
            parent(s, round);
        if (waitpid(pid, NULL, 0) != pid)
            return 2;
        __atomic_store_n(&s->over, round + 1, __ATOMIC_SEQ_CST);
        usleep(20000);
    }
    usleep(100000);
    printf("%d of %d children took another for their parent\n", s->wrong, s->seen);
    return s->wrong || !s->seen;
}
