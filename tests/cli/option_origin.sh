m2sim config show --origin --set core.rob.groups=400 | grep -E '^core.(rob.groups|clock.mhz|name) ' | sed 's/ [^ ]*cores/ cores/'
