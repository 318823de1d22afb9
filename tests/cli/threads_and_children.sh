# clone(SIGCHLD); both sides exit(0): the report says that the child is not timed.
mkelf p d2800220 d2800001 d2800002 d2800003 d2800004 d2801b88 d4000001 d2800000 d2800ba8 d4000001
m2sim time --no-host -- ./p 2>&1 | grep 'child process'
m2sim time --json -- ./p 2>&1 | grep -A2 not_timed
# And that another run may differ; also where threads take turns without being timed, but not where nothing promises it.
m2sim time --no-host -- ./p 2>&1 | grep 'may differ'
m2sim time --json -- ./p 2>&1 | grep may_differ
m2sim run --deterministic --stats --no-host -- ./p 2>&1 | grep 'may differ'
m2sim run --deterministic --json -- ./p 2>&1 | grep may_differ
m2sim run --stats -- ./p 2>&1 | grep 'may differ' || echo not told of
# One that does not says nothing.
mkelf q
m2sim time --json -- ./q 2>&1 | grep 'not_timed\|may_differ\|"threads"' || echo nothing
