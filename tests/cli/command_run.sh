mkelf p
m2sim run ./p
echo "status $?"
# What follows the program is its own: its third word begins with '-'.
mkelf q f94013e0 39400000 d2800ba8 d4000001
m2sim run ./q 1 2 --stats
echo "status $? is that of -: $(printf '%d' "'-")"
m2sim run --help | head -1
