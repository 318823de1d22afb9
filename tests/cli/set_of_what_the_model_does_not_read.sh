# exit(0)
mkelf p d2800000 d2800ba8 d4000001
m2sim time -o report --set core.memory.width=1 --set core.rob.groups=300 -- ./p
grep -c 'core.memory.width was set, but this model does not read it' report
grep -c 'core.rob.groups was set' report
m2sim time --json -o report --set core.memory.width=1 -- ./p
tr -d ' \n' <report | grep -o '"unread":[^]]*]'
m2sim time --json -o report --model detailed --set core.memory.width=1 -- ./p
tr -d ' \n' <report | grep -o '"unread":[^]]*]'
true
