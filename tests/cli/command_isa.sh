mkelf p
m2sim isa ./p | awk '/MOVZ|SVC/ { print $1, $3 }' | sort
m2sim isa p q
echo "status $?"
m2sim isa --help | sed -n 1,2p
