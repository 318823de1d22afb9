#pragma once
struct option {
    const char *name;
    int has_arg;
    int *flag;
    int val;
};
enum { no_argument, required_argument, optional_argument };
extern char *optarg;
extern int optind;
int getopt_long(int, char *const *, const char *, const struct option *, int *);
