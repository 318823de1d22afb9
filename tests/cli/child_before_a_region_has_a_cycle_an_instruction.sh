# A child forked before the region begins runs on by a cycle an instruction: 2 M of them at 3.504 GHz are 570.8 us.
cat >p.c <<'C'
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) void late(void)
{
    __asm__ volatile("");
}

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000l + t.tv_nsec;
}

int main(void)
{
    if (!fork()) {
        long begin = now();
        for (long k = 0; k < 1000000; k++)
            __asm__ volatile("");
        printf("%.1f\n", (now() - begin) / 1e3);
        return 0;
    }
    wait(NULL);
    late();
    return 0;
}
C
aarch64-linux-gnu-gcc -O1 -static -o p p.c || { echo 'no compiler for AArch64' >&2; exit 77; }
m2sim time -q -- ./p
m2sim time -q --from-symbol late -- ./p
