# one line for the parameter that the fast model ignores, none for the other, nor when told to be quiet
m2sim accuracy --suite probes --core m2-avalanche --every 400 --set core.memory.width=1 --set core.rob.groups=300 | sed '/^Errors/,$d' | grep -c avalanche
m2sim accuracy --suite probes --core m2-avalanche --every 400 --set core.memory.width=1 --quiet | sed '/^Errors/,$d' | grep -c avalanche
m2sim accuracy --suite probes --core m2-avalanche --every 400 --set core.memory.width=1 --model detailed | sed '/^Errors/,$d' | grep -c avalanche
