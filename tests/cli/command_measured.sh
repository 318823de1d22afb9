m2sim measured check "$CLI_SOURCE/measured/kernels.csv" "$CLI_SOURCE/measured/loops.csv" | sed 's,.*/,,'
m2sim measured --help | head -2
for line in "" check add "chek x.csv" "check nowhere.csv" "check ." "check --measured d x.csv"; do
    m2sim measured $line
    echo "status $?"
done
