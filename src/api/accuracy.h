// accuracy.h: what the files of m2sim_accuracy share.
#ifndef API_ACCURACY_H
#define API_ACCURACY_H

#include "api/sim.h"
#include "base/output.h"
#include "fit/compare.h"
#include "fit/fit.h"
#include "fit/show.h"

// A measured program: what was measured, and which run of what it is to be beside.
struct guest_point {
    struct result r;
    const char *path;        // of the program
    bool built;              // it is there
    const char *arguments;   // with spaces between; {} is the number of passes
    u64 passes;              // of an app: what so many more cost counts; 0: the whole run does
    double units;            // of an app: of its work, in a pass
    double scale;            // of a whole run: r.sim is cycles an instruction times this
    u64 limit;               // of a whole run: instructions after which it is stopped, or 0
    double instructions;     // measured, of a unit or of the whole run; NAN: not known
    double simulated;        // the same, simulated, once that is known
};

struct guest_points {
    struct guest_point **at;   // of the arena of the results
    size_t count, room;
};

// Reads the measured loops or kernels, or the real programs of measured/apps.csv: of the cores that
// were measured, or of o->core.
bool accuracy_read_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                          struct guest_points *all, struct m2sim_error *e);
bool accuracy_read_apps(const struct m2sim_accuracy *o, const struct fit *f,
                        struct guest_points *all, struct m2sim_error *e);
void accuracy_add_point(const struct fit *f, struct guest_points *all, const struct guest_point *p);

// DIR/folder/name of the folder of guest programs.
const char *accuracy_path(const struct m2sim_accuracy *o, const struct fit *f, const char *folder,
                          const char *name);

enum { GUEST_WORDS = 10 };

// The command line of `p` with that many passes, which lives in `text`.
void accuracy_words(const struct guest_point *p, u64 passes, char text[256],
                    char *argv[GUEST_WORDS]);

// Of a whole run: whether it has too many instructions, or too few, to be what was measured; notes it.
bool accuracy_is_other_code(const struct guest_point *p, double instructions);
void accuracy_check_code(const struct fit *f, struct guest_point *p, double instructions);

// Times the measured loops or kernels, programs of the folder o->guests.
bool accuracy_guests(const struct m2sim_accuracy *o, const struct fit *f, bool kernels,
                     struct m2sim_error *e);

// Whether that core is one of those that the set was measured on; true of sets of programs, whose rows say it.
bool accuracy_was_measured_on(const char *set, const char *core);

// What a program did in simulated time.
struct accuracy_run {
    u64 instructions, cycles;
    int status;   // as m2sim_run's
};

// Times a program: `program` says all but mode and settings.
bool accuracy_time(const struct m2sim_accuracy *o, const struct m2sim_options *program,
                   struct accuracy_run *run, struct m2sim_error *e);

// Times the real programs of measured/apps.csv, of the folder o->guests/apps: what they do N times more
// in a run of 2 N passes than in one of N.
bool accuracy_apps(const struct m2sim_accuracy *o, struct fit *f, struct m2sim_error *e);

// Times the programs of the folder o->guests, groups int and fp, under the model asked for and
// under the detailed one.
bool accuracy_models(const struct m2sim_accuracy *o, const struct fit *f, struct m2sim_error *e);

// Gives each result the name and digest of its core, which a file says that stands for it in o->core.
void accuracy_know_cores(const struct m2sim_accuracy *o, struct results *r);

// An earlier result and a history, beside the results.
struct accuracy_keep {
    const struct m2sim_accuracy *o;
    struct earlier before;
    bool has_before;
    struct output *page;   // or NULL
    struct comparison comparison;
};

// Before the work: reads what is to be compared with and sees that the history and its page can be
// written. To be ended by accuracy_keep_end().
bool accuracy_keep_begin(struct accuracy_keep *k, const struct m2sim_accuracy *o, struct arena *a,
                         struct m2sim_error *e);

// Compares the sorted results, adds them to the history and writes its page.
bool accuracy_keep_results(struct accuracy_keep *k, struct results *r, struct fit_about *about,
                           struct m2sim_error *e);

// Whether the earlier result was better by more than o->fail_over; says to `f` in what.
bool accuracy_keep_is_worse(const struct accuracy_keep *k, FILE *f);
void accuracy_keep_end(struct accuracy_keep *k);

#endif
