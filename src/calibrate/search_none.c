// A build without NLopt fits nothing.
#include "calibrate/calibrate.h"

bool cal_can_fit(struct err *e)
{
    return err_set(e, "this m2sim was built without NLopt: nothing can be fitted");
}

bool cal_begin(struct calibration *c, struct err *e)
{
    (void)c;
    return cal_can_fit(e);
}

bool cal_search(struct calibration *c, struct err *e)
{
    return cal_begin(c, e);
}
