// wait.h: what a guest thread waits for, as plain data.
//
// Where threads take turns, a system call that has to wait leaves no host stack behind: it
// writes down here what it waits for and how far it came, and is called again when that may
// be so (linux_resume). So a thread can be left for another, saved, or gone on with by a
// fork of the simulator.
#ifndef GUEST_WAIT_H
#define GUEST_WAIT_H

#include "base/types.h"

struct pollfd;
struct helper;

// It also ends by a signal that can be delivered, and with the thread.
struct thread_wait {
    const struct pollfd *fds;   // host descriptors to be ready
    int n;
    u64 until;                  // of the guest's CLOCK_MONOTONIC; UINT64_MAX: no end
    vaddr futex;                // woken by a futex_wake
    u32 value, bitset;          // of the futex; shared ones are looked at again
    bool shared;
    u32 child;                  // of a child: WEXITED, WSTOPPED, WCONTINUED
    i32 child_type, child_id;   // of which, as waitid of the host has it
    u64 set;                    // signals, blocked ones too
    u64 order;                  // of arrival
    bool woken;
};

// The system call that a thread is in.
struct thread_call {
    bool waits;                 // `wait` holds; the registers are still the call's arguments
    bool again;                 // the handler is called once more: what follows holds
    u64 done, count, limit;     // the handler's own
    struct thread_wait wait;
    struct pollfd *fds;         // memory of wait.fds, `room` of them
    int room;
    struct helper *helper;      // see helper.h
    int kept;                   // a host descriptor that it needs, plus 1; 0: none
};

#endif
