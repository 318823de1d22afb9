// Two threads map and unmap what two others read, write, execute and hand to system calls.
// Whatever happens to the guest, the simulator must live. Ends with 77 without threads.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGE = 16384, PAGES = 8, ROUNDS = 4000 };

static char *place;
static volatile int over;
static __thread uint64_t *resume;

// Skips the instruction that faulted; a jump to nowhere returns to its caller.
static void on_fault(int sig, siginfo_t *info, void *context)
{
    struct {
        uint64_t flags;
        void *link;
        stack_t stack;
        sigset_t mask;
    } *unused = NULL;
    (void)unused;
    ucontext_t *u = context;
    uint64_t pc = u->uc_mcontext.pc;
    u->uc_mcontext.pc = pc >= (uint64_t)place && pc < (uint64_t)place + PAGES * PAGE
                            ? u->uc_mcontext.regs[30]
                            : pc + 4;
    (void)resume;
}

static void *mapper(void *arg)
{
    unsigned state = (unsigned)(uintptr_t)arg;
    static const uint32_t ret = 0xd65f03c0;
    for (int i = 0; i < ROUNDS; i++) {
        state = state * 1103515245 + 12345;
        char *at = place + (state >> 16) % PAGES * PAGE;
        switch (state >> 8 & 3) {
        case 0: munmap(at, PAGE); break;
        case 1: mprotect(at, PAGE, PROT_READ | (state >> 10 & 1 ? PROT_EXEC : 0)); break;
        case 2:
            mmap(at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            break;
        default:
            mmap(at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
            memcpy(at, &ret, sizeof(ret));
            __builtin___clear_cache(at, at + 4);
        }
    }
    over = 1;
    return NULL;
}

static void *user(void *arg)
{
    unsigned state = (unsigned)(uintptr_t)arg;
    int fd = open("data", O_CREAT | O_RDWR, 0644);
    if (write(fd, "\xc0\x03\x5f\xd6", 4) != 4)
        return NULL;
    while (!over) {
        state = state * 1103515245 + 12345;
        char *at = place + (state >> 16) % PAGES * PAGE;
        switch (state >> 8 & 7) {
        case 0: *(volatile uint64_t *)(at + PAGE - 4) = 0xd65f03c0d65f03c0; break;
        case 1: (void)*(volatile uint64_t *)at; break;
        case 2: pread(fd, at, 2 * PAGE, 0); break;
        case 3: pwrite(fd, at, 2 * PAGE, 0); break;
        case 4: memset(at, 0, PAGE); break;
        case 5: open(at, O_RDONLY); break;
        default:
            if (*(volatile uint32_t *)at == 0xd65f03c0)
                ((void (*)(void))at)();
        }
    }
    close(fd);
    return NULL;
}

int main(void)
{
    struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
    sigaction(SIGSEGV, &act, NULL);
    sigaction(SIGBUS, &act, NULL);
    sigaction(SIGILL, &act, NULL);
    place = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *(*const work[4])(void *) = { mapper, mapper, user, user };
    pthread_t thread[4];
    for (uintptr_t i = 0; i < 4; i++)
        if (pthread_create(&thread[i], NULL, work[i], (void *)(i * 77 + 1)))
            return 77;
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
