// x86-64: the look at *kicked and the system call are one step for the handler of KICK,
// which moves a pc between the two to the end.
#include <ucontext.h>

#include "guest/process/block.h"

i64 host_call_asm(int *kicked, long number, const u64 *a);
extern const char host_call_begin[], host_call_end[], host_call_stop[];

__asm__(".text\n"
        ".globl host_call_asm\n"
        ".hidden host_call_asm\n"
        ".type host_call_asm, @function\n"
        "host_call_asm:\n"
        "  mov %rdi, %r11\n"
        "  mov %rsi, %rax\n"
        "  mov %rdx, %rcx\n"
        "  mov (%rcx), %rdi\n"
        "  mov 8(%rcx), %rsi\n"
        "  mov 16(%rcx), %rdx\n"
        "  mov 24(%rcx), %r10\n"
        "  mov 32(%rcx), %r8\n"
        "  mov 40(%rcx), %r9\n"
        ".hidden host_call_begin, host_call_end, host_call_stop\n"
        ".globl host_call_begin, host_call_end, host_call_stop\n"
        "host_call_begin:\n"
        "  cmpl $0, (%r11)\n"
        "  jne host_call_stop\n"
        "host_call_end:\n"       // a handler's return here with the call not made is made again
        "  syscall\n"
        "  ret\n"
        "host_call_stop:\n"
        "  mov $-4, %rax\n"      // -EINTR
        "  ret\n"
        ".size host_call_asm, .-host_call_asm\n");

i64 host_call(int *kicked, long number, const u64 a[6])
{
    return host_call_asm(kicked, number, a);
}

void host_call_kicked(void *context)
{
    greg_t *pc = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    if (*pc >= (greg_t)host_call_begin && *pc <= (greg_t)host_call_end)
        *pc = (greg_t)host_call_stop;
}
