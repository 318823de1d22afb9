m2sim accuracy --suite instructions --core m1-icestorm --every 400 --markdown | cut -d '|' -f 1-5
m2sim accuracy --suite instructions --core m1-icestorm --every 400 --markdown --list | grep -c '^| instructions .* cycles'
