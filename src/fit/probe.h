// probe.h: the programs behind the families of m2-probes.csv.
//
// Each writes the loop its family describes for one place on the axis, runs it on a lab
// and returns the family's unit: cycles a branch, a load, an iteration … `arg` is what
// tells families of one generator apart (a stride, a filler).
#ifndef FIT_PROBE_H
#define FIT_PROBE_H

#include "fit/lab.h"

typedef double probe(struct lab *lab, double x, u32 arg);

// Fetch, branch targets and prediction (probe_front.c).
probe probe_taken_branches;   // x branches, one every `arg` bytes: cycles a branch
probe probe_nop_footprint;    // x KiB of NOPs: instructions a cycle
probe probe_nop_loop;         // a loop of x instructions: cycles an iteration
probe probe_branch_pages;     // a branch in each of x pages: cycles a branch
probe probe_calls;            // calls x deep: cycles a call with its return
enum { HISTORY_TARGETS, HISTORY_BRANCHES };
probe probe_history;   // x taken branches between a random branch and its copy: cycles beyond them
probe probe_mispredict;   // cycles lost by a misprediction

// What is in flight at most (probe_window.c).
enum probe_filler { FILL_NOP, FILL_LOAD, FILL_ADD, FILL_CMP, FILL_MOV, FILL_FADD };
probe probe_sqrt_window;   // a chain of `arg` / 256 square roots, x fillers `arg` % 256
probe probe_register_file;   // two such chains of 10, x fillers `arg` after each

// Memory (probe_memory.c).
enum { PAIR_DATA, PAIR_ADDRESS, PAIR_NONE };
probe probe_chase_lines;   // random chase of all lines of x KiB: cycles a load
probe probe_chase_pages;   // the same, a line in each of x pages
probe probe_pairs;   // x pairs of store and load, dependent as `arg`: cycles a pair
enum { MIX_LOADS = 16, MIX_PAIR = 256 };   // arg: stores + MIX_LOADS * loads
probe probe_mix;   // groups of loads and stores of 128 bits: groups a cycle
probe probe_scan;   // reads through 16 MiB: bytes a cycle
enum probe_use {
    USE_BASE,
    USE_OFFSET,
    USE_INDEX,
    USE_FIRST,
    USE_SECOND,
    USE_ALU,
    USE_SHIFTED,
    USE_CROSS_8,
    USE_CROSS_64
};
probe probe_load_use;   // load-to-use latency by consumer `arg`
enum { FORWARD_PART, FORWARD_TWO, FORWARD_LINE };
probe probe_forward;   // store to load: part of it; two stores, beyond one; across a line

// One instruction `arg`: latency (operand x / 16 to x % 16), or instructions a cycle.
probe probe_latency, probe_throughput;

#endif
