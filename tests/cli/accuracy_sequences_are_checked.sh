# A table of sequences: a chain of 100 additions is met, and what is wrong with a row is said before anything runs. The
# CRC-32 of "two" is a multiple of 3, so it is unseen; that of "one" is not.
mkdir -p data/measured
columns="name,family,core,measured,start,copies,turn,before,code,after,text,source,seen"
run() {
    printf '%s\n' "# one row" "$columns" "$1" >data/measured/sequences.csv
    M2SIM_DATA=data m2sim accuracy --suite sequences --core m1-firestorm -q
}
run "one,chains,m1-firestorm,1,1 @ 0,100,1,d503201f,8b000000,,add,me,yes" | awk '$1 == "chains" { print $2, $3; exit }'
run "two,chains,m1-firestorm,2,1 @ 0,100,1,,8b000000 8b000000,,add; add,me,no
one,chains,m1-firestorm,1,1 @ 0,100,1,,8b000000,,add,me,yes" | awk '/seen|fidelity/ { print $1, $2 }'
for row in "one,few,m1-firestorm,1,1 @ 0,100,1,,8b000000,,add,me,no" "two,few,m1-firestorm,1,1 @ 0,100,1,,8b000000,,add,me,yes" \
    "one,few,m1-firestorm,0,1 @ 0,100,1,,8b000000,,add,me,yes" "one,few,m1-firestorm,inf,1 @ 0,100,1,,8b000000,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,9999,1,,8b000000,,add,me,yes" "one,few,m1-firestorm,1,1 @ 0,4294967297,1,,8b000000,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,1,2,,8b000000,,add,me,yes" "one,few,m1-firestorm,1,1 @+ 0,100,1,,8b000000,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @+9999999 0,1,1,,8b000000,,add,me,yes" "one,few,m1-firestorm,1,1 2,1,1,,8b000000,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,1,1,,addx,,add,me,yes" "one,few,m1-firestorm,1,1 @ 0,1,1,,,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,1,1,,8b000000,8b00000+,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,1,1,,8b0000001,,add,me,yes" \
    "one,few,m1-firestorm,1,1 @ 0,8192,1,,$(printf '8b000000 %.0s' $(seq 17)),,add,me,yes" "one,few"; do
    run "$row"
done
