# A third of the real programs is unseen by a rule over their names, which a row cannot leave: CRC-32 of "two" is a
# multiple of 3, that of "one" is not.
mkdir -p data/measured
titles=name,family,chip,core,clock_mhz,unit,measured,instructions,trust,fidelity,seen,compiler,program,arguments,passes,units,counted,source,note
for row in "one,no,A,5" "two,yes,A,5" "one,yes,C,5" "one,yes,A,0" "two,no,B,5"; do
    echo "$row" | while IFS=, read -r name seen fidelity passes; do
        echo "# one row
$titles
$name,few,M1,m1-firestorm,3204,cycles,1,,high,$fidelity,$seen,none,absent,x {},$passes,1,nothing,nobody," >data/measured/apps.csv
        M2SIM_DATA=data m2sim accuracy --suite apps --guests data
    done
done
printf '%s\n' $titles one,few >data/measured/apps.csv
M2SIM_DATA=data m2sim accuracy --suite apps --guests data
