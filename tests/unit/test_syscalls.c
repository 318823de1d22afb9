// System calls without executing code: registers are set, linux_syscall is called, and
// registers and memory are looked at. Expectations: man pages of section 2, the arm64
// headers of Linux, and the host's own answers.
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guest/linux.h"
#include "guest/process/stack.h"

enum { CODE = 0x400000, BUFFER = 0x500000 };   // BUFFER: 4 pages to work in

static char *trace_text;
static size_t trace_size;

static u64 fake_now(void *ctx, int clock)
{
    return *(u64 *)ctx + (clock == CLOCK_REALTIME ? 1000000000 : 0);
}

static u64 fake_time;

static struct process *new_process(bool traced, bool timed)
{
    static const char *const argv[] = { "prog", "two words", NULL }, *const envp[] = { "A=b",
                                                                                       NULL };
    struct {
        Elf64_Ehdr head;
        Elf64_Phdr ph;
    } m = { .head = { .e_type = ET_EXEC,
                      .e_machine = EM_AARCH64,
                      .e_version = 1,
                      .e_entry = CODE,
                      .e_phoff = 64,
                      .e_phentsize = 56,
                      .e_phnum = 1 },
            .ph = { .p_type = PT_LOAD,
                    .p_flags = PF_R | PF_X,
                    .p_vaddr = CODE,
                    .p_filesz = 120,
                    .p_memsz = 0x1000 } };
    memcpy(m.head.e_ident, ELFMAG "\2\1\1", 7);
    struct process_options o = { .path = "/bin/prog",
                                 .files = { .everything = true },
                                 .argv = argv,
                                 .envp = envp,
                                 .seed = 1,
                                 .policy = timed ? &sched_turns : &sched_host,
                                 .now_ns = fake_now,
                                 .clock_ctx = &fake_time };
    if (traced)
        o.strace = open_memstream(&trace_text, &trace_size);
    struct err e;
    struct process *p = process_new_memory(&o, &m, sizeof(m), &e);
    if (p)
        space_map(p->space, BUFFER, 4 * GUEST_PAGE, SPACE_READ | SPACE_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0, NULL);
    return p;
}

static int setup(void **state)
{
    *state = new_process(false, false);
    return *state ? 0 : -1;
}

static int setup_traced(void **state)
{
    *state = new_process(true, false);
    return *state ? 0 : -1;
}

static int setup_timed(void **state)
{
    fake_time = 5000000000;
    *state = new_process(false, true);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    struct process *p = *state;
    if (p->options.strace) {
        fclose(p->options.strace);
        free(trace_text);
    }
    process_free(p);
    return 0;
}

static i64 call(struct process *p, u64 number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f)
{
    u64 *x = p->main->cpu.x;
    const u64 args[6] = { a, b, c, d, e, f };
    memcpy(x, args, sizeof(args));
    x[8] = number;
    // The one thread there is goes on when it may.
    for (enum sys_result r = linux_syscall(p->main); r == SYS_TURN; r = linux_resume(p->main))
        if (sched_next(p->main, false) != p->main)
            return -EDEADLK;
    return x[0];
}

#define CALL1(p, n, a) call(p, n, a, 0, 0, 0, 0, 0)
#define CALL3(p, n, a, b, c) call(p, n, a, b, c, 0, 0, 0)
#define CALL4(p, n, a, b, c, d) call(p, n, a, b, c, d, 0, 0)

enum {
    N_getcwd = 17,
    N_dup = 23,
    N_dup3 = 24,
    N_fcntl = 25,
    N_ioctl = 29,
    N_unlinkat = 35,
    N_openat = 56,
    N_close = 57,
    N_pipe2 = 59,
    N_read = 63,
    N_write = 64,
    N_writev = 66,
    N_ppoll = 73,
    N_pselect6 = 72,
    N_readlinkat = 78,
    N_newfstatat = 79,
    N_fstat = 80,
    N_exit_group = 94,
    N_futex = 98,
    N_nanosleep = 101,
    N_clock_gettime = 113,
    N_kill = 129,
    N_tgkill = 131,
    N_sigaltstack = 132,
    N_rt_sigaction = 134,
    N_rt_sigprocmask = 135,
    N_rt_sigreturn = 139,
    N_uname = 160,
    N_getpid = 172,
    N_brk = 214,
    N_munmap = 215,
    N_mremap = 216,
    N_mmap = 222,
    N_mprotect = 226,
    N_prlimit64 = 261,
    N_getrandom = 278,
    N_rseq = 293,
};

static vaddr put(struct process *p, u64 offset, const void *data, size_t n)
{
    assert_int_equal(space_write(p->space, BUFFER + offset, data, n), 0);
    return BUFFER + offset;
}

static vaddr put_text(struct process *p, u64 offset, const char *s)
{
    return put(p, offset, s, strlen(s) + 1);
}

static u64 word(struct process *p, vaddr a)
{
    u64 x;
    assert_int_equal(space_read(p->space, &x, a, 8), 0);
    return x;
}

static const void *host(struct process *p, u64 offset)
{
    return space_host(p->space, BUFFER + offset);
}

static void the_stack_holds_arguments_environment_and_auxv(void **state)
{
    struct process *p = *state;
    vaddr sp = p->main->cpu.x[REG_SP];
    char text[32];
    assert_int_equal(sp % 16, 0);
    assert_int_equal(p->main->cpu.pc, CODE);
    assert_int_equal(word(p, sp), 2);
    space_string(p->space, text, word(p, sp + 16), sizeof(text));
    assert_string_equal(text, "two words");
    assert_int_equal(word(p, sp + 24), 0);
    space_string(p->space, text, word(p, sp + 32), sizeof(text));
    assert_string_equal(text, "A=b");
    assert_int_equal(word(p, sp + 40), 0);
    u64 auxv[64] = { 0 };
    for (vaddr a = sp + 48; word(p, a); a += 16)
        auxv[word(p, a)] = word(p, a + 8);
    assert_int_equal(auxv[AT_PAGESZ], 16384);
    assert_int_equal(auxv[AT_PHDR], CODE + 64);
    assert_int_equal(auxv[AT_PHENT], 56);
    assert_int_equal(auxv[AT_PHNUM], 1);
    assert_int_equal(auxv[AT_ENTRY], CODE);
    assert_int_equal(auxv[AT_CLKTCK], 100);
    assert_int_equal(auxv[AT_SYSINFO_EHDR], 0);
    assert_int_equal(auxv[51], 4720);   // AT_MINSIGSTKSZ
    space_string(p->space, text, auxv[AT_PLATFORM], sizeof(text));
    assert_string_equal(text, "aarch64");
    space_string(p->space, text, auxv[AT_EXECFN], sizeof(text));
    assert_string_equal(text, "/bin/prog");
    assert_true(word(p, auxv[AT_RANDOM]) != 0);
}

static void hwcaps_are_those_an_m2_shows(void **state)
{
    char text[512];
    hwcap_names(text, sizeof(text));
    assert_string_equal(text, "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp "
                              "cpuid asimdrdm jscvt fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm "
                              "dit uscat ilrcpc flagm ssbs sb paca pacg dcpodp flagm2 frint i8mm "
                              "bf16 bti ecv");
    // Absent: sm3 18, sm4 19, sve 22. Second word: dcpodp 0, flagm2 7, frint 8, i8mm 13,
    // bf16 14, bti 17, ecv 19.
    assert_int_equal(hwcap_word(1), 0xffffffff & ~(1u << 18 | 1u << 19 | 1u << 22));
    assert_int_equal(hwcap_word(2),
                     1 << 0 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14 | 1 << 17 | 1 << 19);
}

static void an_unknown_call_is_enosys(void **state)
{
    struct process *p = *state;
    assert_int_equal(CALL1(p, 1000, 0), -ENOSYS);
    assert_int_equal(CALL1(p, 511, 0), -ENOSYS);
    assert_int_equal(CALL1(p, UINT64_MAX, 0), -ENOSYS);
}

// rseq(area, 32, 0, signature): refused where threads run in parallel.
static void a_sequence_is_registered_where_threads_take_turns(void **state)
{
    struct process *p = *state;
    i64 expected = !p->policy->parallel ? 0 : -ENOSYS;
    assert_int_equal(CALL4(p, N_rseq, BUFFER, 32, 0, 0xd428bc00), expected);
    assert_int_equal(p->main->rseq, !p->policy->parallel ? BUFFER : 0);
}

// What a damaged registration does: the sequence cannot be aborted, so the handler is not
// entered (struct rseq_cs: version, flags, start, length, abort handler).
static void a_sequence_goes_on_at_its_abort_handler(void **state)
{
    struct process *p = *state;
    struct cpu *c = &p->main->cpu;
    const u32 signature = 0xd428bc00;
    u64 cs[4] = { 0, BUFFER + 0x100, 16, BUFFER + 0x204 }, at = BUFFER + 64;
    assert_int_equal(CALL4(p, N_rseq, BUFFER, 32, 0, signature), 0);
    put(p, 64, cs, sizeof(cs));
    put(p, 0x200, &signature, 4);

    put(p, 8, &at, 8);
    c->pc = BUFFER + 0x10c;
    assert_true(rseq_abort(p->main));
    assert_int_equal(c->pc, BUFFER + 0x204);
    assert_int_equal(word(p, BUFFER + 8), 0);

    put(p, 8, &at, 8);
    c->pc = BUFFER + 0x110;   // past its end
    assert_true(rseq_abort(p->main));
    assert_int_equal(c->pc, BUFFER + 0x110);

    put(p, 8, &at, 8);
    put(p, 0x200, "none", 4);
    c->pc = BUFFER + 0x100;
    assert_false(rseq_abort(p->main));
    at = 8;
    put(p, 8, &at, 8);
    assert_false(rseq_abort(p->main));
}

static void files_are_written_read_and_described(void **state)
{
    struct process *p = *state;
    char name[] = "/tmp/m2sim-test-XXXXXX";
    close(mkstemp(name));
    vaddr path = put_text(p, 0, name), text = put_text(p, 256, "hello");
    i64 fd = CALL4(p, N_openat, AT_FDCWD, path, 02000002, 0);   // O_CLOEXEC|O_RDWR
    assert_int_equal(fd, 3);
    assert_int_equal(CALL3(p, N_write, fd, text, 5), 5);
    assert_int_equal(call(p, 67, fd, BUFFER + 512, 100, 1, 0, 0), 4);   // pread64
    assert_memory_equal(host(p, 512), "ello", 4);
    assert_int_equal(CALL3(p, N_fcntl, fd, F_GETFD, 0), FD_CLOEXEC);
    assert_int_equal(CALL3(p, N_fstat, fd, BUFFER + 1024, 0), 0);
    struct stat st;
    stat(name, &st);
    const u8 *g = host(p, 1024);
    // Offsets of arm64's struct stat: st_mode 16, st_nlink 20, st_size 48, st_blksize 56.
    assert_memory_equal(g + 8, &st.st_ino, 8);
    assert_memory_equal(g + 16, &st.st_mode, 4);
    assert_int_equal(*(const u32 *)(g + 20), 1);
    assert_int_equal(*(const u64 *)(g + 48), 5);
    assert_int_equal(*(const u32 *)(g + 56), st.st_blksize);
    assert_memory_equal(g + 88, &st.st_mtim, 16);
    assert_int_equal(CALL1(p, N_close, fd), 0);
    assert_int_equal(CALL1(p, N_close, fd), -EBADF);
    assert_int_equal(CALL3(p, N_unlinkat, AT_FDCWD, path, 0), 0);
    assert_int_equal(CALL4(p, N_newfstatat, AT_FDCWD, path, BUFFER + 1024, 0), -ENOENT);
}

static void open_flags_are_arm64s(void **state)
{
    struct process *p = *state;
    vaddr dir = put_text(p, 0, "/tmp");
    assert_int_equal(CALL4(p, N_openat, AT_FDCWD, dir, 040000, 0), 3);   // O_DIRECTORY
    assert_int_equal(CALL3(p, N_fcntl, 3, F_GETFL, 0) & 040000, 040000);
    vaddr file = put_text(p, 0, "/etc/passwd");
    assert_int_equal(CALL4(p, N_openat, AT_FDCWD, file, 040000, 0), -ENOTDIR);
    vaddr link = put_text(p, 0, "/proc/self");
    assert_int_equal(CALL4(p, N_openat, AT_FDCWD, link, 0100000, 0), -ELOOP);   // O_NOFOLLOW
}

static void the_simulators_descriptors_cannot_be_named(void **state)
{
    struct process *p = *state;
    int ours = open("/dev/null", O_RDWR);
    for (u64 fd = 3; fd < 2000; fd++)
        assert_int_equal(CALL1(p, N_close, fd), -EBADF);
    assert_int_equal(CALL1(p, N_close, UINT64_MAX), -EBADF);
    assert_int_equal(CALL3(p, N_dup3, 1, ours, 0), ours);   // its own number, not ours
    assert_int_equal(CALL1(p, N_close, ours), 0);
    for (u64 fd = 0; fd < 3; fd++)
        assert_int_equal(CALL1(p, N_close, fd), 0);
    assert_true(fcntl(ours, F_GETFD) >= 0 && fcntl(0, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0);
    close(ours);
}

static void the_simulators_memory_cannot_be_opened(void **state)
{
    struct process *p = *state;
    static const char *const bad[] = {
        "/proc/self/mem",         "/proc/self/../self/mem",
        "/proc/1000/mem",         "/proc/thread-self/mem",
        "/proc/self/task/../mem", "/proc/self/environ",
        "/proc/1/environ",        "/proc/kcore",
        "/proc/self/fd/999",      "/proc/self/fd",
        "/proc/self/auxv",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        vaddr path = put_text(p, 0, bad[i]);
        i64 r = CALL4(p, N_openat, AT_FDCWD, path, 0, 0);
        if (r != -EACCES && r != -ENOENT && r != -ELOOP)
            fail_msg("%s: %lld", bad[i], (long long)r);
    }
    char own[64];
    snprintf(own, sizeof(own), "/proc/%d/mem", getpid());
    vaddr path = put_text(p, 0, own);
    assert_int_equal(CALL4(p, N_openat, AT_FDCWD, path, 2, 0), -EACCES);
    assert_int_equal(CALL4(p, N_openat, AT_FDCWD, path, 0, 0), -EACCES);
}

static void proc_self_speaks_of_the_guest(void **state)
{
    struct process *p = *state;
    vaddr path = put_text(p, 0, "/proc/self/exe");
    assert_int_equal(CALL4(p, N_readlinkat, AT_FDCWD, path, BUFFER + 512, 100), 9);
    assert_memory_equal(host(p, 512), "/bin/prog", 9);
    path = put_text(p, 0, "/proc/self/cmdline");
    i64 fd = CALL4(p, N_openat, AT_FDCWD, path, 0, 0);
    assert_int_equal(CALL3(p, N_read, fd, BUFFER + 512, 100), 15);
    assert_memory_equal(host(p, 512), "prog\0two words", 15);
    path = put_text(p, 0, "/proc/cpuinfo");
    fd = CALL4(p, N_openat, AT_FDCWD, path, 0, 0);
    assert_true(CALL3(p, N_read, fd, BUFFER + 512, 4000) > 0);
    assert_non_null(strstr(host(p, 512), "CPU part\t: 0x033"));
    path = put_text(p, 0, "/proc/self/maps");
    fd = CALL4(p, N_openat, AT_FDCWD, path, 0, 0);
    assert_true(CALL3(p, N_read, fd, BUFFER + 512, 4000) > 0);
    assert_non_null(strstr(host(p, 512), "00400000-00404000 r-xp"));
    assert_non_null(strstr(host(p, 512), "[stack]"));
}

static void bad_buffers_are_efault(void **state)
{
    struct process *p = *state;
    const u64 bad[] = { 0,
                        0x1000,
                        BUFFER + 4 * GUEST_PAGE,
                        p->space->size,
                        UINT64_MAX - 4,
                        (u64)(uintptr_t)p,
                        (u64)(uintptr_t)p->space->mem };
    vaddr zero = put_text(p, 0, "/dev/zero");
    i64 fd = CALL4(p, N_openat, AT_FDCWD, zero, 2, 0);
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_int_equal(CALL3(p, N_read, fd, bad[i], 16), -EFAULT);
        assert_int_equal(CALL3(p, N_fstat, fd, bad[i], 0), -EFAULT);
        assert_int_equal(CALL4(p, N_openat, AT_FDCWD, bad[i], 0, 0), -EFAULT);
        assert_int_equal(CALL1(p, N_uname, bad[i]), -EFAULT);
        assert_int_equal(CALL3(p, N_clock_gettime, 0, bad[i], 0), -EFAULT);
        u64 iov[2] = { bad[i], 16 };
        vaddr v = put(p, 64, iov, sizeof(iov));
        assert_int_equal(CALL3(p, 65, fd, v, 1), -EFAULT);
        assert_int_equal(CALL3(p, 65, fd, bad[i], 1), -EFAULT);
    }
    assert_int_equal(CALL3(p, N_read, fd, CODE, 16), -EFAULT);   // read-only
    assert_int_equal(CALL3(p, N_read, fd, BUFFER, UINT64_MAX), -EFAULT);
}

static void pipes_carry_and_poll_tells(void **state)
{
    struct process *p = *state;
    assert_int_equal(CALL3(p, N_pipe2, BUFFER, 0, 0), 0);
    const int *fd = host(p, 0);
    int in = fd[0], out = fd[1];
    assert_int_equal(in, 3);
    assert_int_equal(out, 4);
    struct {
        i32 fd;
        i16 events, revents;
    } polls[2] = { { in, 1, 0 }, { 77, 1, 0 } };
    u64 none[2] = { 0, 0 };
    vaddr fds = put(p, 64, polls, sizeof(polls)), ts = put(p, 128, none, sizeof(none));
    assert_int_equal(CALL4(p, N_ppoll, fds, 1, ts, 0), 0);
    vaddr text = put_text(p, 256, "abc");
    u64 iov[4] = { text, 1, text + 1, 2 };
    vaddr v = put(p, 512, iov, sizeof(iov));
    assert_int_equal(CALL3(p, N_writev, out, v, 2), 3);
    assert_int_equal(CALL4(p, N_ppoll, fds, 2, 0, 0), 2);
    memcpy(polls, host(p, 64), sizeof(polls));
    assert_int_equal(polls[0].revents, 1);
    assert_int_equal(polls[1].revents, 0x20);   // POLLNVAL
    u64 set = 1 << in | 1 << out;
    vaddr r = put(p, 1024, &set, 8), w = put(p, 1040, &set, 8);
    assert_int_equal(call(p, N_pselect6, 5, r, w, 0, ts, 0), 2);
    assert_int_equal(word(p, r), 1 << in);
    assert_int_equal(word(p, w), 1 << out);
    assert_int_equal(CALL3(p, N_ioctl, in, 0x541b, BUFFER + 2048), 0);   // FIONREAD
    assert_int_equal(*(const i32 *)host(p, 2048), 3);
    assert_int_equal(CALL3(p, N_ioctl, in, 0x5401, BUFFER + 2048), -ENOTTY);   // TCGETS
}

static void a_write_to_a_closed_pipe_ends_the_guest_alone(void **state)
{
    struct process *p = *state;
    CALL3(p, N_pipe2, BUFFER, 0, 0);
    CALL1(p, N_close, 3);
    assert_int_equal(CALL3(p, N_write, 4, BUFFER, 1), -EPIPE);
    assert_true(p->exited);
    assert_int_equal(process_status(p), 128 + SIGPIPE);
}

static void memory_calls_agree_with_the_space(void **state)
{
    struct process *p = *state;
    i64 a = call(p, N_mmap, 0, 100, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(a > 0 && a % GUEST_PAGE == 0);
    assert_int_equal(CALL3(p, N_mprotect, a, 100, 1), 0);
    assert_false(space_range_ok(p->space, a, 1, SPACE_WRITE));
    assert_int_equal(CALL3(p, N_munmap, a, 100, 0), 0);
    assert_int_equal(call(p, N_mmap, 0, 100, 3, MAP_PRIVATE, 55, 0), -EBADF);
    u64 brk = CALL1(p, N_brk, 0);
    assert_int_equal(CALL1(p, N_brk, brk + 5), brk + 5);
    assert_true(space_range_ok(p->space, brk, 5, SPACE_WRITE));
}

static void time_is_simulated_when_there_is_a_clock(void **state)
{
    struct process *p = *state;
    assert_int_equal(CALL3(p, N_clock_gettime, CLOCK_MONOTONIC, BUFFER, 0), 0);
    assert_int_equal(word(p, BUFFER), 5);
    assert_int_equal(word(p, BUFFER + 8), 0);
    const u64 wanted[2] = { 3600, 7 };
    vaddr ts = put(p, 64, wanted, sizeof(wanted));
    assert_int_equal(CALL3(p, N_nanosleep, ts, 0, 0), 0);   // an hour, at once
    CALL3(p, N_clock_gettime, CLOCK_MONOTONIC, BUFFER, 0);
    assert_int_equal(word(p, BUFFER), 3605);
    assert_int_equal(word(p, BUFFER + 8), 7);
    CALL3(p, N_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, BUFFER, 0);
    assert_int_equal(word(p, BUFFER), 5);   // asleep is not at work
    assert_int_equal(CALL3(p, N_clock_gettime, 99, BUFFER, 0), -EINVAL);
    const u64 bad[2] = { 0, 1000000000 };
    ts = put(p, 64, bad, sizeof(bad));
    assert_int_equal(CALL3(p, N_nanosleep, ts, 0, 0), -EINVAL);
    // A futex that times out does so in simulated time.
    put(p, 256, &(u32){ 1 }, 4);
    ts = put(p, 64, wanted, sizeof(wanted));
    assert_int_equal(CALL4(p, N_futex, BUFFER + 256, 128, 1, ts), -ETIMEDOUT);
    assert_int_equal(CALL4(p, N_futex, BUFFER + 256, 128, 2, ts), -EAGAIN);
    CALL3(p, N_clock_gettime, CLOCK_MONOTONIC, BUFFER, 0);
    assert_int_equal(word(p, BUFFER), 7205);
}

static void random_bytes_are_the_same_for_the_same_seed(void **state)
{
    struct process *p = *state, *q = new_process(false, false);
    CALL3(p, N_getrandom, BUFFER, 1000, 0);
    CALL3(q, N_getrandom, BUFFER, 1000, 0);
    assert_memory_equal(host(p, 0), host(q, 0), 1000);
    assert_true(memcmp(host(p, 0), host(p, 500), 500) != 0);
    process_free(q);
}

static void uname_says_arm64_linux(void **state)
{
    struct process *p = *state;
    assert_int_equal(CALL1(p, N_uname, BUFFER), 0);
    assert_string_equal(host(p, 0), "Linux");
    assert_string_equal(host(p, 2 * 65), "6.6.0");
    assert_string_equal(host(p, 4 * 65), "aarch64");
}

static void a_process_ends_with_its_status_or_signal(void **state)
{
    struct process *p = *state;
    p->main->cpu.x[8] = N_exit_group;
    p->main->cpu.x[0] = 0x1234;
    assert_int_equal(linux_syscall(p->main), SYS_EXIT);
    assert_int_equal(process_status(p), 0x34);
    struct process *q = new_process(false, false);
    CALL3(q, N_kill, q->pid, 17, 0);   // SIGCHLD: ignored
    assert_false(q->exited);
    CALL3(q, N_tgkill, q->pid, q->pid, SIGABRT);
    assert_int_equal(process_status(q), 128 + SIGABRT);
    process_free(q);
}

// Installs a handler at 0x400100.
static void handle(struct process *p, int sig, u64 flags, u64 mask)
{
    const u64 act[4] = { 0x400100, flags, 0, mask };
    vaddr a = put(p, 0, act, sizeof(act));
    assert_int_equal(CALL4(p, N_rt_sigaction, sig, a, 0, 8), 0);
}

static void a_handler_is_entered_and_left_as_on_linux(void **state)
{
    struct process *p = *state;
    struct thread *t = p->main;
    handle(p, SIGUSR1, 4, 0x2000 | 0x100);   // SA_SIGINFO; SIGALRM blocked too, SIGKILL never
    u64 sp = t->cpu.x[REG_SP];
    t->cpu.pc = CODE + 8;
    t->cpu.x[19] = 77;
    t->cpu.x[29] = 0x1111;
    t->cpu.x[30] = 0x2222;
    t->cpu.v[7].d[1] = 0x123456789;
    t->cpu.fpcr = 0x01000000;
    cpu_set_nzcv(&t->cpu, 0xa0000000);
    CALL3(p, N_tgkill, p->pid, p->pid, SIGUSR1);
    assert_int_equal(t->cpu.pc, 0x400100);
    assert_int_equal(t->cpu.x[0], SIGUSR1);
    u64 frame = t->cpu.x[REG_SP], info = t->cpu.x[1], uc = t->cpu.x[2];
    assert_int_equal(frame % 16, 0);
    assert_int_equal(info, frame);
    assert_int_equal(uc, frame + 128);
    assert_int_equal((u32)word(p, info), SIGUSR1);
    assert_int_equal((i32)word(p, info + 8), -6);   // SI_TKILL
    assert_int_equal(word(p, uc + 176), 0);   // fault_address
    assert_int_equal(word(p, uc + 184), 0);   // x0: what tgkill returned
    assert_int_equal(word(p, uc + 184 + 19 * 8), 77);
    assert_int_equal(word(p, uc + 176 + 256), sp);   // sigcontext.sp
    assert_int_equal(word(p, uc + 176 + 264), CODE + 8);   // sigcontext.pc
    assert_int_equal(word(p, uc + 176 + 272), 0xa0000000);
    assert_int_equal((u32)word(p, uc + 176 + 288), 0x46508001);
    assert_int_equal(word(p, uc + 176 + 288 + 16 + 7 * 16 + 8), 0x123456789);
    assert_int_equal(word(p, t->cpu.x[29]), 0x1111);   // the frame record
    assert_int_equal(word(p, t->cpu.x[29] + 8), 0x2222);
    assert_int_equal(t->sigmask, 0x2000 | 1 << (SIGUSR1 - 1));
    u64 code = word(p, t->cpu.x[30]);   // where the handler returns to
    assert_int_equal((u32)code, 0xd2801168);   // mov x8, #139
    assert_int_equal(code >> 32, 0xd4000001);   // svc #0

    memset(t->cpu.v, 0, sizeof(t->cpu.v));
    t->cpu.x[19] = 0;
    t->cpu.fpcr = 0;
    t->cpu.x[8] = N_rt_sigreturn;
    linux_syscall(t);
    assert_int_equal(t->cpu.pc, CODE + 8);
    assert_int_equal(t->cpu.x[0], 0);
    assert_int_equal(t->cpu.x[19], 77);
    assert_int_equal(t->cpu.x[REG_SP], sp);
    assert_int_equal(t->cpu.v[7].d[1], 0x123456789);
    assert_int_equal(t->cpu.fpcr, 0x01000000);
    assert_int_equal(cpu_nzcv(&t->cpu), 0xa0000000);
    assert_int_equal(t->sigmask, 0);
}

static void a_blocked_signal_waits(void **state)
{
    struct process *p = *state;
    handle(p, SIGUSR2, 0, 0);
    u64 mask = 1 << (SIGUSR2 - 1);
    vaddr m = put(p, 64, &mask, 8);
    p->main->cpu.pc = CODE;
    assert_int_equal(CALL4(p, N_rt_sigprocmask, SIG_BLOCK, m, 0, 8), 0);
    CALL3(p, N_kill, 0, SIGUSR2, 0);
    assert_int_equal(p->main->cpu.pc, CODE);
    CALL4(p, N_rt_sigprocmask, SIG_UNBLOCK, m, 0, 8);
    assert_int_equal(p->main->cpu.pc, 0x400100);
}

static void the_alternate_stack_is_used_when_asked_for(void **state)
{
    struct process *p = *state;
    const u64 small[3] = { BUFFER, 0, 1000 }, good[3] = { BUFFER + GUEST_PAGE, 0, 2 * GUEST_PAGE };
    vaddr ss = put(p, 64, small, sizeof(small));
    assert_int_equal(CALL3(p, N_sigaltstack, ss, 0, 0), -ENOMEM);
    ss = put(p, 64, good, sizeof(good));
    assert_int_equal(CALL3(p, N_sigaltstack, ss, BUFFER + 128, 0), 0);
    assert_int_equal((u32)word(p, BUFFER + 136), 2);   // it was SS_DISABLE
    handle(p, SIGSEGV, 0x08000000, 0);   // SA_ONSTACK
    u64 sp = p->main->cpu.x[REG_SP];
    p->main->cpu.pc = CODE + 4;
    assert_int_equal(process_fault(p->main, SIGSEGV, SEGV_MAPERR, 0x10, "ldr x0, [x1]"),
                     SYS_CONTINUE);
    u64 frame = p->main->cpu.x[REG_SP];
    assert_true(frame > BUFFER + GUEST_PAGE && frame < BUFFER + 3 * GUEST_PAGE);
    assert_int_equal(word(p, frame + 16), 0x10);   // si_addr
    assert_int_equal(word(p, frame + 128 + 176), 0x10);   // fault_address
    assert_int_equal(word(p, frame + 128 + 176 + 264), CODE + 4);
    assert_int_equal(CALL3(p, N_sigaltstack, ss, 0, 0), -EPERM);   // in use
    p->main->cpu.x[8] = N_rt_sigreturn;
    linux_syscall(p->main);
    assert_int_equal(p->main->cpu.x[REG_SP], sp);
}

static void a_fault_without_handler_ends_the_guest_with_a_message(void **state)
{
    struct process *p = *state;
    char *text = NULL;
    size_t size;
    p->options.messages = open_memstream(&text, &size);
    p->main->cpu.pc = CODE + 4;
    assert_int_equal(process_fault(p->main, SIGSEGV, SEGV_MAPERR, 0x10, "ldr x0, [x1]"), SYS_EXIT);
    fclose(p->options.messages);
    assert_int_equal(process_status(p), 139);
    assert_string_equal(text, "m2sim: guest ended by SIGSEGV at pc 0x400004 (ldr x0, [x1]): "
                              "address 0x10 is not mapped\n");
    free(text);
}

static void a_damaged_signal_frame_ends_the_guest(void **state)
{
    struct process *p = *state;
    p->options.messages = fopen("/dev/null", "w");
    p->main->cpu.x[REG_SP] = BUFFER;
    CALL1(p, N_rt_sigreturn, 0);
    assert_int_equal(process_status(p), 139);
    fclose(p->options.messages);
}

static void strace_prints_as_strace_does(void **state)
{
    struct process *p = *state;
    vaddr path = put_text(p, 0, "/nonexistent/\"x\"\n"), good = put_text(p, 64, "/etc/passwd");
    CALL4(p, N_openat, AT_FDCWD, path, 02000000, 0);
    CALL4(p, N_openat, AT_FDCWD, path, 0101, 0644);
    CALL4(p, N_openat, AT_FDCWD, good, 0, 0);
    CALL3(p, N_write, 77, good, 4);
    call(p, N_mmap, 0, 16384, 3, 0x22, -1, 0);
    CALL1(p, 1000, 0);
    CALL1(p, N_exit_group, 3);
    fflush(p->options.strace);
    assert_string_equal(
        trace_text, "openat(AT_FDCWD, \"/nonexistent/\\\"x\\\"\\n\", O_RDONLY|O_CLOEXEC) = -1 "
                    "ENOENT (No such file or directory)\n"
                    "openat(AT_FDCWD, \"/nonexistent/\\\"x\\\"\\n\", O_WRONLY|O_CREAT, 0644) = -1 "
                    "ENOENT (No such file or directory)\n"
                    "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 3\n"
                    "write(77, \"/etc\", 4) = -1 EBADF (Bad file descriptor)\n"
                    "mmap(NULL, 16384, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) "
                    "= 0xffff3f0000\n"
                    "syscall_0x3e8(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)\n"
                    "exit_group(3) = ?\n+++ exited with 3 +++\n");
}

static void every_row_of_the_table_is_well_formed(void **state)
{
    for (u64 n = 0; n < SYSCALL_LIMIT; n++) {
        const struct syscall_row *r = syscall_row(n);
        if (!r)
            continue;
        assert_non_null(r->run);
        assert_true(strlen(r->args) <= 6 + (r->args[0] == '='));
        assert_int_equal(strspn(r->args, "=duxmMpswrfaoAPFSctikChH"), strlen(r->args));
        for (u64 m = n + 1; m < SYSCALL_LIMIT; m++)
            assert_false(syscall_row(m) && !strcmp(r->name, syscall_row(m)->name));
    }
}

static void random_arguments_never_crash(void **state)
{
    u64 seed = 3;
    struct process *p = new_process(false, true);
    FILE *null = fopen("/dev/null", "w");
    p->options.messages = null;
    for (u64 fd = 0; fd < 3; fd++)
        CALL1(p, N_close, fd);
    for (int round = 0; round < 20000; round++) {
        u64 a[6];
        for (int i = 0; i < 6; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const u64 interesting[8] = { 0,    1,    seed >> 60, BUFFER + (seed >> 50),
                                         CODE, seed, UINT64_MAX, GUEST_PAGE };
            a[i] = interesting[seed >> 40 & 7];
        }
        u64 n = seed >> 20 & 511;
        while (!syscall_row(n))
            n = (n + 1) & 511;
        // Not: what would block, reach the test's own files, or map without end.
        if (n == N_read || n == 65 || n == 67 || n == 72 || n == 73 || n == 32 || n == N_fcntl ||
            (n >= 33 && n <= 38) || (n >= 45 && n <= 55) || n == 166 || n == 71 || n == 285 ||
            (n >= 75 && n <= 77) || n == N_ioctl || (n == N_openat && a[2] & 0100))
            continue;
        if (round % 16 == 0)
            call(p, N_mmap, BUFFER, 4 * GUEST_PAGE, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                 0);
        call(p, n, a[0], a[1], a[2], a[3], a[4], a[5]);
        p->exited = false;
    }
    process_free(p);
    fclose(null);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_stack_holds_arguments_environment_and_auxv),
        cmocka_unit_test(hwcaps_are_those_an_m2_shows),
        T(an_unknown_call_is_enosys),
        T(a_sequence_is_registered_where_threads_take_turns),
        cmocka_unit_test_setup_teardown(a_sequence_is_registered_where_threads_take_turns,
                                        setup_timed, teardown),
        cmocka_unit_test_setup_teardown(a_sequence_goes_on_at_its_abort_handler, setup_timed,
                                        teardown),
        T(files_are_written_read_and_described),
        T(open_flags_are_arm64s),
        T(the_simulators_descriptors_cannot_be_named),
        T(the_simulators_memory_cannot_be_opened),
        T(proc_self_speaks_of_the_guest),
        T(bad_buffers_are_efault),
        T(pipes_carry_and_poll_tells),
        T(a_write_to_a_closed_pipe_ends_the_guest_alone),
        T(memory_calls_agree_with_the_space),
        cmocka_unit_test_setup_teardown(time_is_simulated_when_there_is_a_clock, setup_timed,
                                        teardown),
        T(random_bytes_are_the_same_for_the_same_seed),
        T(uname_says_arm64_linux),
        T(a_process_ends_with_its_status_or_signal),
        T(a_handler_is_entered_and_left_as_on_linux),
        T(a_blocked_signal_waits),
        T(the_alternate_stack_is_used_when_asked_for),
        T(a_fault_without_handler_ends_the_guest_with_a_message),
        T(a_damaged_signal_frame_ends_the_guest),
        cmocka_unit_test_setup_teardown(strace_prints_as_strace_does, setup_traced, teardown),
        cmocka_unit_test(every_row_of_the_table_is_well_formed),
        cmocka_unit_test(random_arguments_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
