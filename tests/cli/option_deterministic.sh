# exit of the nanoseconds of CLOCK_MONOTONIC: the five instructions so far.
mkelf p d10043ff d2800020 910003e1 d2800e28 d4000001 f94007e0 d2800ba8 d4000001
m2sim run --deterministic -- ./p
echo "status $?"
