// The wall around the process that runs a guest.
#include "base/sandbox.h"

#include "api/sim.h"

bool m2sim_sandbox(const struct m2sim *s, struct m2sim_error *e)
{
    struct err err = { "" };
    return sandbox_enter(s && (s->net == NET_loopback || s->net == NET_all) ? SANDBOX_INET : 0,
                         &err) ||
           api_fail(e, M2SIM_EXIT_INTERNAL, "%s", err.text);
}
