# Rows are added to a folder of one's own, which accuracy can compare with; a row replaces that of the same name and machine.
titles=name,instructions,cycles,low,high,trust,machine,source
printf '%s\n' "# mine" $titles dependency,23,21,20,22,high,M2,me branch,8,6,5.9,6.1,high,M2,me >one.csv
printf '%s\n' $titles branch,8,7,6.9,7.1,high,M2,me branch,8,9,8.9,9.1,high,M3,me >two.csv
m2sim measured add --measured mine one.csv
m2sim measured add --measured mine two.csv
cat mine/loops.csv
m2sim measured check --json mine/loops.csv
mkdir -p guests/loops
mkelf guests/loops/dependency d2800000 d2800ba8 d4000001
mkelf guests/loops/branch d2800000 d2800ba8 d4000001
m2sim accuracy --measured mine --guests guests --suite loops -q | awk '$1 == "loops" { print $1, $2 }' | sort -u
m2sim accuracy --measured mine --suite apps -q
echo "status $?"
m2sim accuracy --measured nowhere -q
echo "status $?"
m2sim accuracy --measured mine --guests guests -q | grep -c .   # of all suites, those it has
# Of a folder the tables are taken that are there.
mkdir few
grep -v '^#' "$CLI_SOURCE/measured/sequences.csv" | sed -n '1p;400,420p' >few/sequences.csv
m2sim calibrate --dry-run --measured few --core m1-firestorm --cache answers | sed -n 's/ measurements of.*/ measurements/p'
m2sim calibrate --dry-run --measured nowhere --cache answers
echo "status $?"
