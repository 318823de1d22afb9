// The server of gdb's protocol, spoken to by hand. What packets look like is said by the GDB
// manual, appendix E; words of code are as aarch64-linux-gnu-as makes them.
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gdb/gdb.h"
#include "gdb/packet.h"
#include "guest/linux.h"
#include "isa/decode.h"
#include "isa/facts.h"
#include "program.h"

// From pc = CODE + 120:
static const u32 program[] = {
    0xd2a01003,   // 00 mov x3, #0x800000
    0xd2800540,   // 04 mov x0, #42
    0xf9000060,   // 08 str x0, [x3]
    0xf9400461,   // 0c ldr x1, [x3, #8]
    0xa9410861,   // 10 ldp x1, x2, [x3, #16]
    0x91000400,   // 14 add x0, x0, #1
    0xf8200060,   // 18 ldadd x0, x0, [x3]
    0xd2800ba8,   // 1c mov x8, #93
    0xd28000e0,   // 20 mov x0, #7
    0xd4000001,   // 24 svc #0
};

struct world {
    struct process *process;
    struct machine machine;
    struct gdb *gdb;
    int fd;               // our end
    bool started;
    pthread_t thread;
    enum machine_end end;
    char reply[2 * PACKET_MAX];
};

static u64 no_counter(void *ctx)
{
    return 0;
}

static void monitor(void *ctx, const char *command, FILE *f)
{
    fprintf(f, "<%s>", command);
}

static void *serve_thread(void *ctx)
{
    struct world *w = ctx;
    w->end = machine_run(&w->machine);
    gdb_ended(w->gdb, w->end, 124);
    gdb_free(w->gdb);
    return NULL;
}

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    int ends[2];
    w->process = program_process(program, sizeof(program), NULL);
    w->machine = (struct machine){ .process = w->process, .counter = no_counter };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    w->fd = ends[0];
    w->gdb = gdb_new(&w->machine, ends[1], ends[1], monitor, NULL);
    *state = w;
    return 0;
}

static int end(void **state)
{
    struct world *w = *state;
    send(w->fd, "$k#6b", 5,
         MSG_NOSIGNAL);   // running on, it would fault when cmocka has the signals
    pthread_join(w->thread, NULL);
    close(w->fd);
    process_free(w->process);
    free(w);
    return 0;
}

// -- Speaking --

// The guest begins within the test: before it cmocka takes the signals of faults.
static void send_raw(struct world *w, const void *bytes, size_t n)
{
    if (!w->started)
        pthread_create(&w->thread, NULL, serve_thread, w);
    w->started = true;
    assert_int_equal(write(w->fd, bytes, n), (ssize_t)n);
}

static void send_packet(struct world *w, const char *text)
{
    char whole[PACKET_MAX];
    u8 sum = 0;
    for (const char *p = text; *p; p++)
        sum += (u8)*p;
    send_raw(w, whole, (size_t)snprintf(whole, sizeof(whole), "$%s#%02x", text, sum));
}

static char next_byte(struct world *w)
{
    char c;
    assert_int_equal(read(w->fd, &c, 1), 1);
    return c;
}

// What the next packet says; acknowledged.
static const char *receive(struct world *w)
{
    u32 n = 0;
    u8 sum = 0;
    char c, digits[3] = "";
    while ((c = next_byte(w)) != '$')
        assert_int_equal(c, '+');
    while ((c = next_byte(w)) != '#') {
        sum += (u8)c;
        w->reply[n++] = c;
    }
    w->reply[n] = 0;
    digits[0] = next_byte(w);
    digits[1] = next_byte(w);
    assert_int_equal(strtol(digits, NULL, 16), sum);
    send(w->fd, "+", 1, MSG_NOSIGNAL);   // after W or X nobody may be there
    return w->reply;
}

static const char *ask(struct world *w, const char *text)
{
    send_packet(w, text);
    return receive(w);
}

// pc as the server gives it (number 20 in hex is 32).
static u64 pc(struct world *w)
{
    u64 x;
    assert_int_equal(packet_bytes(ask(w, "p20"), &x, 8), 8);
    return x - (CODE + CODE_AT);
}

#define SAYS(packet, text) assert_string_equal(ask(w, packet), text)

// -- Framing --

static enum packet_event feed(struct packet_reader *r, const char *bytes, size_t n)
{
    enum packet_event e = PACKET_NONE;
    for (size_t k = 0; k < n; k++)
        e = packet_feed(r, (u8)bytes[k]);
    return e;
}

static void a_packet_is_unescaped_and_its_sum_checked(void **state)
{
    struct packet_reader *r = calloc(1, sizeof(*r));
    assert_int_equal(feed(r, "$OK#9a", 6), PACKET_READY);
    assert_string_equal(r->data, "OK");
    assert_int_equal(feed(r, "$OK#9b", 6), PACKET_BAD);
    assert_int_equal(feed(r, "$}\x03#80", 6), PACKET_READY);   // "#" ^ 0x20 is 3
    assert_string_equal(r->data, "#");
    assert_int_equal(feed(r, "$lost$OK#9a", 11), PACKET_READY);
    assert_string_equal(r->data, "OK");
    assert_int_equal(feed(r, "\x03", 1), PACKET_BREAK);
    assert_int_equal(feed(r, "$OK#zz", 6), PACKET_NONE);   // bad at the first z, then noise
    free(r);
}

static void a_packet_too_long_is_refused_and_the_next_is_read(void **state)
{
    struct packet_reader *r = calloc(1, sizeof(*r));
    packet_feed(r, '$');
    for (int k = 0; k < 3 * PACKET_MAX; k++)
        assert_int_equal(packet_feed(r, 0), PACKET_NONE);
    assert_int_equal(feed(r, "#00", 3), PACKET_BAD);
    assert_int_equal(feed(r, "$OK#9a", 6), PACKET_READY);
    free(r);
}

static void a_reply_never_outgrows_its_buffer(void **state)
{
    struct packet_writer *w = calloc(1, sizeof(*w));
    static u8 bytes[PACKET_MAX];
    memset(bytes, '#', sizeof(bytes));
    packet_begin(w);
    assert_int_equal(packet_binary(w, bytes, sizeof(bytes)), PACKET_MAX / 2);
    packet_hex(w, bytes, sizeof(bytes));
    packet_text(w, "%s", "more");
    assert_true(w->full);
    packet_end(w);
    assert_int_equal(w->len, PACKET_MAX + 4);
    free(w);
}

static void a_number_has_at_most_64_bits(void **state)
{
    const char *p = "fFfffffffffffff0,", *q = "10000000000000000", *none = ",";
    u64 x;
    assert_true(packet_number(&p, &x));
    assert_int_equal(x, 0xfffffffffffffff0);
    assert_int_equal(*p, ',');
    assert_false(packet_number(&q, &x));
    assert_false(packet_number(&none, &x));
}

static u32 bytes_of(u32 word)
{
    return isa_access_bytes(isa_row(isa_op_of_run(isa_decode(word).run)), word);
}

static void accesses_have_the_size_the_manual_says(void **state)
{
    static const struct {
        u32 word, bytes;
    } known[] = {
        { 0xf9000060, 8 },    // str x0, [x3]
        { 0xa9410861, 16 },   // ldp x1, x2, [x3, #16]
        { 0x39400020, 1 },    // ldrb w0, [x1]
        { 0x3dc00020, 16 },   // ldr q0, [x1]
        { 0x4c002020, 64 },   // st1 {v0.16b-v3.16b}, [x1]
        { 0xd50b7420, 64 },   // dc zva, x0
        { 0x99400020, 4 },    // ldapur w0, [x1]
        { 0xd9400020, 8 },    // ldapur x0, [x1]
        { 0x19400020, 1 },    // ldapurb w0, [x1]
        { 0x58000040, 8 },    // ldr x0, .+8
        { 0x98000040, 4 },    // ldrsw x0, .+8
        { 0xc87f0440, 16 },   // ldxp x0, x1, [x2]
        { 0xf8200060, 8 },    // ldadd x0, x0, [x3]
        { 0xad400420, 32 },   // ldp q0, q1, [x1]
    };
    for (size_t k = 0; k < COUNT(known); k++)
        assert_int_equal(bytes_of(known[k].word), known[k].bytes);
}

// -- The server --

static void it_begins_stopped_and_says_what_it_can(void **state)
{
    struct world *w = *state;
    assert_non_null(strstr(ask(w, "qSupported:swbreak+"), "PacketSize=4000;"));
    assert_non_null(strstr(w->reply, "QStartNoAckMode+"));
    assert_non_null(strstr(w->reply, ";swbreak+"));
    assert_null(strstr(w->reply, "hwbreak"));   // it was not offered
    SAYS("?", "T05thread:3e8;");
    SAYS("qC", "QC3e8");
    SAYS("qfThreadInfo", "m3e8");
    SAYS("qsThreadInfo", "l");
    SAYS("qThreadExtraInfo,3e8", "70726f67");   // prog
    SAYS("T3e8", "OK");
    SAYS("T3e9", "E01");
    SAYS("Hg3e8", "OK");
    SAYS("Hg7", "E01");
    SAYS("qAttached", "0");
    SAYS("vCont?", "vCont;c;C;s;S;r");
    SAYS("qRcmd,6379636c6573", "3c6379636c65733e");   // cycles
    SAYS("qNothing", "");
    SAYS("!", "");
}

static void registers_are_read_and_written(void **state)
{
    struct world *w = *state;
    SAYS("p20", "7800400000000000");
    SAYS("P0=efcdab8967452301", "OK");
    SAYS("p0", "efcdab8967452301");
    SAYS("P22=000102030405060708090a0b0c0d0e0f", "OK");   // v0
    SAYS("p22", "000102030405060708090a0b0c0d0e0f");
    SAYS("P21=000000f0", "OK");   // cpsr: NZCV
    SAYS("p21", "000000f0");
    SAYS("P43=ffffffff", "OK");   // fpcr: only what exists
    SAYS("p43", "0000c807");
    SAYS("P21=00", "E01");
    SAYS("p47", "E01");
    SAYS("Pffffffffffffffff=00", "E01");
    // 31 X, SP, PC: 8 bytes; CPSR, FPSR, FPCR: 4; 32 V: 16; three more: 8
    assert_int_equal(strlen(ask(w, "g")), 2 * (33 * 8 + 3 * 4 + 32 * 16 + 3 * 8));
    char all[4096] = "G0100000000000000";
    strcat(all, w->reply + 16);
    SAYS(all, "OK");
    SAYS("p0", "0100000000000000");
    SAYS("p20", "7800400000000000");
}

static void memory_is_read_and_written_up_to_where_it_ends(void **state)
{
    struct world *w = *state;
    SAYS("m400078,8", "0310a0d2400580d2");
    SAYS("M800000,4:01020304", "OK");
    SAYS("m800000,5", "0102030400");
    SAYS("X800000,3:abc", "OK");
    SAYS("x800000,3", "babc");
    SAYS("m803ffe,10", "0000");   // the page ends
    SAYS("m804000,1", "E0e");
    SAYS("M804000,1:00", "E01");
    SAYS("M800000,4:0102", "E01");
    SAYS("m0,ffffffffffffffff", "E0e");
    SAYS("mffffffffffffffff,8", "E0e");
    SAYS("Mffffffffffffffff,1:00", "E01");
    SAYS("m", "E01");
    SAYS("m400078,0", "");
}

static void the_code_can_be_changed_by_the_debugger(void **state)
{
    struct world *w = *state;
    SAYS("s", "T05thread:3e8;");
    SAYS("M40007c,4:200080d2", "OK");   // mov x0, #1
    SAYS("s", "T05thread:3e8;");
    SAYS("p0", "0100000000000000");
}

static void a_breakpoint_stops_before_its_instruction_and_memory_stays(void **state)
{
    struct world *w = *state;
    ask(w, "qSupported:swbreak+;hwbreak+");
    SAYS("Z0,400080,4", "OK");
    SAYS("m400080,4", "600000f9");
    SAYS("c", "T05thread:3e8;swbreak:;");
    assert_int_equal(pc(w), 8);
    SAYS("m800000,1", "00");   // the store has not been made
    SAYS("c", "T05thread:3e8;swbreak:;");   // and is not while the breakpoint is there
    SAYS("z0,400080,4", "OK");
    SAYS("Z1,40008c,4", "OK");
    SAYS("vCont;c:3e8", "T05thread:3e8;hwbreak:;");
    assert_int_equal(pc(w), 0x14);
    SAYS("m800000,1", "2a");
    SAYS("z1,40008c,4", "OK");
    SAYS("Z0,800000,4", "E16");   // not code
    SAYS("Z0,400081,4", "E16");
    SAYS("Z5,400080,4", "E16");
    SAYS("c", "W07");
}

static void steps_count_instructions_and_ranges_end_outside(void **state)
{
    struct world *w = *state;
    SAYS("s", "T05thread:3e8;");
    assert_int_equal(pc(w), 4);
    SAYS("vCont;s:3e8;c", "T05thread:3e8;");
    assert_int_equal(pc(w), 8);
    SAYS("vCont;r400080,40008c:3e8", "T05thread:3e8;");
    assert_int_equal(pc(w), 0x14);
    SAYS("vCont;r400080", "E01");
    SAYS("vCont", "E01");
    SAYS("vCont;q", "E01");
}

static void watchpoints_stop_before_the_access(void **state)
{
    struct world *w = *state;
    SAYS("Z2,800004,1", "OK");   // within the eight bytes of the store
    SAYS("c", "T05thread:3e8;watch:800004;");
    assert_int_equal(pc(w), 8);
    SAYS("m800000,8", "0000000000000000");
    SAYS("z2,800004,1", "OK");
    SAYS("Z3,80001f,1", "OK");   // the last byte the pair reads
    SAYS("c", "T05thread:3e8;rwatch:80001f;");
    assert_int_equal(pc(w), 0x10);
    SAYS("z3,80001f,1", "OK");
    SAYS("Z4,800000,8", "OK");
    SAYS("c", "T05thread:3e8;awatch:800000;");
    assert_int_equal(pc(w), 0x18);
    SAYS("m800000,8", "2a00000000000000");   // the atomic has been undone
    SAYS("p0", "2b00000000000000");
    SAYS("z4,800000,8", "OK");
    SAYS("s", "T05thread:3e8;");
    SAYS("m800000,8", "5500000000000000");   // and done once
    SAYS("p0", "2a00000000000000");
    SAYS("Z2,800000,0", "E16");
    SAYS("Z2,ffffffffff000000,8", "E16");
    SAYS("c", "W07");
}

static void the_auxiliary_vector_has_the_entry(void **state)
{
    struct world *w = *state;
    SAYS("qXfer:auxv:read::0,0", "m");
    assert_int_equal(*ask(w, "qXfer:auxv:read::0,1000"), 'l');
    assert_non_null(strstr(ask(w, "qXfer:features:read:target.xml:0,3fff"), "aarch64.fpu"));
    assert_int_equal(*w->reply, 'l');
    SAYS("qXfer:features:read:target.xml:fffffffffffffff0,10", "l");
    SAYS("qXfer:features:read:other.xml:0,10", "");
    SAYS("qXfer:exec-file:read::0,20", "l/bin/prog");
}

// A g packet is the registers of the description, one behind the other.
static void packets_have_the_registers_that_are_described(void **state)
{
    struct world *w = *state;
    size_t bits = 0, described = 0;
    ask(w, "qXfer:features:read:target.xml:0,3fff");
    for (const char *p = w->reply; (p = strstr(p, "<reg name=")); p++, described++)
        bits += strtoul(strstr(p, "bitsize=\"") + 9, NULL, 10);
    assert_int_equal(described, 31 + 3 + 32 + 2 + 1 + 2);
    assert_int_equal(strlen(ask(w, "g")), bits / 4);
    SAYS("p47", "E01");   // the program sees TPIDRRO_EL0, gdb has no such register
}

static void files_are_those_of_the_guest_and_only_read(void **state)
{
    struct world *w = *state;
    SAYS("vFile:setfs:0", "F0");
    SAYS("vFile:open:2f6574632f736861646f77,0,0",
         "F-1,2");   // /etc/shadow: not in the guest's view
    SAYS("vFile:open:2f6465762f7a65726f,1,0", "F-1,d");       // writing
    SAYS("vFile:open:2f", "F-1,16");
    SAYS("vFile:pread:0,10,0", "F-1,16");
    SAYS("vFile:pread:ffffffffffffffff,10,0", "F-1,16");
    SAYS("vFile:close:3f", "F-1,9");
    SAYS("vFile:fstat:0", "F-1,9");
    SAYS("vFile:unlink:2f", "");
}

static void a_signal_is_told_and_passed_on_or_not(void **state)
{
    struct world *w = *state;
    SAYS("P20=0000000000000000", "OK");
    SAYS("c", "T0bthread:3e8;");   // SIGSEGV: pc 0 is not mapped
    SAYS("P20=9400400000000000", "OK");   // to exit
    SAYS("c", "W07");
}

static void a_signal_given_with_going_on_ends_the_guest(void **state)
{
    struct world *w = *state;
    SAYS("vCont;C1e:3e8", "X1e");   // SIGUSR1 is 30 to gdb
}

static void signals_in_the_pass_list_do_not_stop(void **state)
{
    struct world *w = *state;
    SAYS("QPassSignals:b;e", "OK");
    SAYS("P20=0000000000000000", "OK");
    w->process->options.messages = fopen("/dev/null", "w");
    SAYS("c", "X0b");
    fclose(w->process->options.messages);
}

static void control_c_stops_an_endless_loop(void **state)
{
    struct world *w = *state;
    SAYS("M400078,4:00000014", "OK");   // b .
    send_packet(w, "c");
    usleep(1000);
    send_raw(w, "\x03", 1);
    assert_string_equal(receive(w), "T02thread:3e8;");
    assert_int_equal(pc(w), 0);
    SAYS("vKill;3e8", "OK");
}

static void control_c_ends_a_wait_and_the_call_is_made_again(void **state)
{
    struct world *w = *state;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    u64 fd = (u64)fd_new(w->process, pipe_ends[0], true, 0);
    SAYS("M400078,8:e80780d2010000d4", "OK");   // mov x8, #63 (read); svc #0
    char set[40];
    snprintf(set, sizeof(set), "P0=%02x00000000000000", (unsigned)fd);
    SAYS(set, "OK");
    SAYS("P1=0000800000000000", "OK");
    SAYS("P2=0100000000000000", "OK");
    send_packet(w, "c");
    usleep(20000);
    send_raw(w, "\x03", 1);
    assert_string_equal(receive(w), "T02thread:3e8;");
    assert_int_equal(pc(w), 4);
    assert_int_equal(write(pipe_ends[1], "!", 1), 1);
    SAYS("s", "T05thread:3e8;");
    SAYS("m800000,1", "21");
    SAYS("p0", "0100000000000000");
    close(pipe_ends[1]);
}

static void a_damaged_packet_is_asked_for_again(void **state)
{
    struct world *w = *state;
    send_raw(w, "$?#00", 5);
    assert_int_equal(next_byte(w), '-');
    SAYS("?", "T05thread:3e8;");
    char first[64];
    strcpy(first, w->reply);
    send_raw(w, "-", 1);   // and we can ask as well
    assert_string_equal(receive(w), first);
}

static void without_acknowledgements_none_come(void **state)
{
    struct world *w = *state;
    SAYS("QStartNoAckMode", "OK");
    send_packet(w, "?");
    assert_int_equal(next_byte(w), '$');
}

static void detaching_lets_the_guest_run_to_its_end(void **state)
{
    struct world *w = *state;
    SAYS("Z0,400080,4", "OK");
    SAYS("D", "OK");
    char c;
    assert_true(read(w->fd, &c, 1) <= 0);
    pthread_join(w->thread, NULL);
    assert_int_equal(w->end, MACHINE_EXITED);
    assert_int_equal(process_status(w->process), 7);
    pthread_create(&w->thread, NULL, (void *(*)(void *))(void (*)(void))pthread_self, NULL);
}

static void an_address_is_a_port_or_numeric(void **state)
{
    static const char *const bad[] = { "",
                                       "x",
                                       "65536",
                                       "-1",
                                       ":1",
                                       "localhost:1",
                                       "1.2.3.4.5:1",
                                       "127.0.0.1:",
                                       "127.0.0.1:1x",
                                       "[::1:1" };
    char shown[64];
    struct err e;
    for (size_t k = 0; k < COUNT(bad); k++)
        assert_int_equal(gdb_listen(bad[k], shown, &e), -1);
    int fd = gdb_listen("0", shown, &e);
    assert_true(fd >= 0);
    assert_int_equal(strncmp(shown, "127.0.0.1:", 10), 0);
    assert_int_equal(gdb_listen(shown, shown, &e), -1);   // taken
    int stop = 1;
    assert_int_equal(gdb_accept(fd, &stop), -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_is_unescaped_and_its_sum_checked),
        cmocka_unit_test(a_packet_too_long_is_refused_and_the_next_is_read),
        cmocka_unit_test(a_reply_never_outgrows_its_buffer),
        cmocka_unit_test(a_number_has_at_most_64_bits),
        cmocka_unit_test(accesses_have_the_size_the_manual_says),
        cmocka_unit_test(an_address_is_a_port_or_numeric),
        T(it_begins_stopped_and_says_what_it_can),
        T(registers_are_read_and_written),
        T(memory_is_read_and_written_up_to_where_it_ends),
        T(the_code_can_be_changed_by_the_debugger),
        T(a_breakpoint_stops_before_its_instruction_and_memory_stays),
        T(steps_count_instructions_and_ranges_end_outside),
        T(watchpoints_stop_before_the_access),
        T(the_auxiliary_vector_has_the_entry),
        T(packets_have_the_registers_that_are_described),
        T(files_are_those_of_the_guest_and_only_read),
        T(a_signal_is_told_and_passed_on_or_not),
        T(a_signal_given_with_going_on_ends_the_guest),
        T(signals_in_the_pass_list_do_not_stop),
        T(control_c_stops_an_endless_loop),
        T(control_c_ends_a_wait_and_the_call_is_made_again),
        T(a_damaged_packet_is_asked_for_again),
        T(without_acknowledgements_none_come),
        T(detaching_lets_the_guest_run_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
