// count.c: a plugin for qemu-aarch64 that counts the guest instructions executed, exactly.
//
//   qemu-aarch64 -plugin out/libcount.so -d plugin PROG        (-D FILE sends the line to FILE)
//
// prints "instructions: N" when the guest ends. Each instruction is counted by code that the
// translator puts before it, so a block that is left in its middle by a fault counts only what ran.
// Exact for one guest thread.
//
// Debian's qemu-user has plugins but no package brings their header, so the part of the interface
// used here is declared below (version 1 of it, as QEMU 7.2 documents it in
// docs/devel/tcg-plugins).
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin;
struct block;
struct insn;
enum inline_op { INLINE_ADD_U64 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin id, void (*translated)(plugin, struct block *));
size_t qemu_plugin_tb_n_insns(const struct block *b);
struct insn *qemu_plugin_tb_get_insn(const struct block *b, size_t i);
void qemu_plugin_register_vcpu_insn_exec_inline(struct insn *i, enum inline_op op, void *counter,
                                                uint64_t by);
void qemu_plugin_register_atexit_cb(plugin id, void (*ended)(plugin, void *), void *user);
void qemu_plugin_outs(const char *text);

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;
static uint64_t executed;

static void on_translate(plugin id, struct block *b)
{
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(b); i++)
        qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(b, i), INLINE_ADD_U64,
                                                   &executed, 1);
}

static void on_exit_of_guest(plugin id, void *user)
{
    char line[64];
    snprintf(line, sizeof line, "instructions: %" PRIu64 "\n", executed);
    qemu_plugin_outs(line);
}

int qemu_plugin_install(plugin id, const void *info, int argc, char **argv)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit_of_guest, NULL);
    return 0;
}
