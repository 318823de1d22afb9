# A table that cannot be written whole stays as it was.
titles=name,instructions,cycles,low,high,trust,machine,source
printf '%s\n' $titles one,1,2,1,2,high,M2,me >loops.csv
m2sim measured add --measured mine loops.csv
sed -i s/one/two/ loops.csv
(
    ulimit -f 0
    m2sim measured add --measured mine loops.csv 2>&1
    echo $?
) | cat
cat mine/loops.csv
m2sim measured add --measured loops.csv loops.csv
echo "status $?"
