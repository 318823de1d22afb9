// macOS on Apple silicon: mach_absolute_time, classes of service, memory for code that is written.
#include <libkern/OSCacheControl.h>
#include <mach/mach_time.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/qos.h>
#include <sys/sysctl.h>

#include "native.h"

static double tick(void)
{
    mach_timebase_info_data_t t;
    return mach_timebase_info(&t) ? 1 : (double)t.numer / t.denom;
}

double host_now(void)
{
    return (double)mach_absolute_time() * tick();
}

u64 host_cycles(const struct host *h)
{
    (void)h;
    return 0;
}

// There is no affinity; the lowest class of service stays on the E cores and the highest on the P cores
// while they are free.
void host_begin(struct host *h, enum core_kind kind, int cpu)
{
    char brand[64] = "Apple";
    size_t size = sizeof(brand);
    if (cpu >= 0)
        native_fail("--cpu: macOS keeps no thread to a processor; --kind P or E");
    *h = (struct host){ .kind = kind == ANY_CORE ? P_CORE : kind, .cycles = -1, .tick = tick() };
    qos_class_t class = kind == E_CORE ? QOS_CLASS_BACKGROUND : QOS_CLASS_USER_INTERACTIVE;
    h->pinned = pthread_set_qos_class_self_np(class, 0) == 0;
    sysctlbyname("machdep.cpu.brand_string", brand, &size, NULL, 0);
    host_name(h, 0, brand);
}

u8 *host_code(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANON | MAP_JIT,
                   -1, 0);
    if (p == MAP_FAILED)
        native_fail("no memory that can be both written and executed");
    return p;
}

void host_write(void)
{
    pthread_jit_write_protect_np(0);
}

void host_ready(u8 *from, size_t size)
{
    pthread_jit_write_protect_np(1);
    sys_icache_invalidate(from, size);
}
