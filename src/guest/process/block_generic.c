// Other hosts: a kick that comes between the look at *kicked and the call is seen when the
// next one comes; kicks are repeated where a wait has to end (process_end).
#include <unistd.h>

#include "guest/process/block.h"

i64 host_call(int *kicked, long number, const u64 a[6])
{
    if (__atomic_load_n(kicked, __ATOMIC_SEQ_CST))
        return -EINTR;
    return host_result(syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]));
}

void host_call_kicked(void *context)
{
}
