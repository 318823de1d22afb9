// Mutexes with priority inheritance, and the futex operations under them.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 5, ROUNDS = 3000 };

static pthread_mutex_t lock;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int count, waiting;

static long futex(unsigned *a, int op, unsigned value, const struct timespec *ts, unsigned *b,
                  int c)
{
    return syscall(SYS_futex, a, op | FUTEX_PRIVATE_FLAG, value, ts, b, c);
}

static void *counts(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(!pthread_mutex_lock(&lock));
        int n = count;
        if (i % 500 == 0)
            usleep(50);   // the others find it taken
        count = n + 1;
        CHECK(!pthread_mutex_unlock(&lock));
    }
    return arg;
}

static void they_count_one_by_one(void)
{
    pthread_mutexattr_t attr;
    pthread_t t[THREADS];
    CHECK(!pthread_mutexattr_init(&attr));
    CHECK(!pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
    CHECK(!pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
    CHECK(!pthread_mutex_init(&lock, &attr));
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_create(&t[i], NULL, counts, NULL));
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_join(t[i], NULL));
    CHECK(count == THREADS * ROUNDS);
    CHECK(!pthread_mutex_lock(&lock) && pthread_mutex_lock(&lock) == EDEADLK);
    CHECK(!pthread_mutex_unlock(&lock) && pthread_mutex_unlock(&lock) == EPERM);
}

static void *tries(void *arg)
{
    struct timespec until;
    CHECK(pthread_mutex_trylock(&lock) == EBUSY);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    CHECK(pthread_mutex_timedlock(&lock, &until) == ETIMEDOUT);
    return arg;
}

static void a_taken_lock_times_out(void)
{
    pthread_t t;
    CHECK(!pthread_mutex_lock(&lock) && !pthread_create(&t, NULL, tries, NULL));
    CHECK(!pthread_join(t, NULL) && !pthread_mutex_unlock(&lock));
}

static void *waits(void *arg)
{
    CHECK(!pthread_mutex_lock(&lock));
    waiting++;
    CHECK(!pthread_cond_wait(&turned, &lock));
    waiting--;
    CHECK(!pthread_mutex_unlock(&lock));
    return arg;
}

static void a_condition_wakes_them_all(void)
{
    pthread_t t[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_create(&t[i], NULL, waits, NULL));
    for (int here = 0; here < THREADS;) {
        usleep(1000);
        CHECK(!pthread_mutex_lock(&lock));
        here = waiting;
        CHECK(!pthread_mutex_unlock(&lock));
    }
    CHECK(!pthread_cond_broadcast(&turned));
    for (int i = 0; i < THREADS; i++)
        CHECK(!pthread_join(t[i], NULL));
    CHECK(waiting == 0);
}

static void the_word_names_its_owner(void)
{
    unsigned word = 0, tid = (unsigned)gettid();
    CHECK(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0 && word == tid);
    CHECK(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == -1 && errno == EDEADLK);
    CHECK(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0 && word == 0);
    CHECK(futex(&word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == -1 && errno == EPERM);
    CHECK(futex(&word, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0) == 0 && word == tid);
    word = 99999999;   // nobody
    CHECK(futex(&word, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == -1 && errno == ESRCH);
    CHECK(futex((unsigned *)16, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == -1 && errno == EFAULT);
}

static unsigned from, to;
static int arrived;

static void *is_moved(void *arg)
{
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
    CHECK(futex(&from, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &to, 0) == 0);
    CHECK((to & FUTEX_TID_MASK) == (unsigned)gettid());
    CHECK(futex(&to, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return arg;
}

static void waiters_are_moved_to_a_lock(void)
{
    pthread_t t[2];
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_create(&t[i], NULL, is_moved, NULL));
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < 2)
        usleep(1000);
    usleep(20000);
    CHECK(futex(&to, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    CHECK(futex(&from, FUTEX_CMP_REQUEUE_PI, 1, (void *)10, &to, 7) == -1 && errno == EAGAIN);
    CHECK(futex(&from, FUTEX_CMP_REQUEUE_PI, 1, (void *)10, &to, 0) == 2);
    CHECK(futex(&to, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    for (int i = 0; i < 2; i++)
        CHECK(!pthread_join(t[i], NULL));
}

int main(void)
{
    they_count_one_by_one();
    a_taken_lock_times_out();
    a_condition_wakes_them_all();
    the_word_names_its_owner();
    waiters_are_moved_to_a_lock();
    puts("locks ok");
    return 0;
}
