// Three threads and half a megabyte of memory: something of everything that is placed.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *work(void *start)
{
    char *p = malloc(100000);
    long sum = (long)start;
    memset(p, 1, 100000);
    for (int i = 0; i < 100000; i += 8)
        sum += p[i];
    free(p);
    return (void *)sum;
}

int main(void)
{
    pthread_t t[3];
    long sum = 0;
    for (long i = 0; i < 3; i++)
        if (pthread_create(&t[i], NULL, work, (void *)i))
            return 1;
    for (int i = 0; i < 3; i++) {
        void *part;
        pthread_join(t[i], &part);
        sum += (long)part;
    }
    printf("%ld\n", sum);
    return 0;
}
