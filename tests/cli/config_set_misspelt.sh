m2sim config show --set core.rob.gruops=3
