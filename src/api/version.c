// What this build is. Apart from the rest, since every commit changes it.
#include "m2sim.h"

#include "model_digest.h"
#include "version.h"

const char *m2sim_version(void)
{
    return M2SIM_RELEASE;
}

const char *m2sim_full_version(void)
{
    return VERSION;
}

const char *m2sim_model_digest(void)
{
    return MODEL_DIGEST;
}
