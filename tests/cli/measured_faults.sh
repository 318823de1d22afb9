# What is wrong with a file is said for each of its rows, and nothing of it is added.
titles=name,family,chip,core,clock_mhz,unit,measured,instructions,trust,fidelity,seen,compiler,program,arguments,passes,units,counted,source,note
row() {   # row NAME SEEN CORE MEASURED PASSES
    echo "$1,few,M1,$3,3204,cycles,$4,,high,A,$2,none,absent,x {},$5,1,nothing,nobody,"
}
{
    echo $titles
    row one yes m1-firestorm 5 1
    row one no m1-firestorm 5 1
    row two yes m1-firestorm 5 1
    row three yes m1-icestorm 5 1
    row four yes m1-firestorm 5 1
    for measured in 0 -1 nan inf 1e99 0x10 " 5" "" x; do
        row five yes m1-icestorm "$measured" 1
    done
    for passes in 0 1.5 1e30; do
        row six yes m1-icestorm 5 "$passes"
    done
    row one yes m1-firestorm 6 1
    echo "seven,few"
    echo "eight,few"
    echo "$(row seven yes m1-icestorm 5 1),more"
    echo '"seven,few'
    echo '"seven"th,few'
} >apps.csv
m2sim measured check apps.csv
echo "status $?"
m2sim measured add --measured mine apps.csv 2>/dev/null
echo "status $?"
ls mine 2>/dev/null
loops=name,instructions,cycles,low,high,trust,machine,source
try() {
    printf '%b' "$1" >any.csv
    m2sim measured check any.csv
    echo "status $?"
}
try ''
try 'name,cycles\none,1\n'
try "$loops\none,1,2,3,1,high,M2,me\n"
try "$loops\none,1,2,1,1,high,M2,me\n"
try "$loops\none,1,2,1,2,high,,me\n"
try "$loops\none,1,2,1,2,hi\\000gh,M2,me\n"
try 'name,what_to_run,value,unit,core,source,provenance,confidence,note\nload @ KiB,,1,cycles,M2 P,,,,\nload @ KiB=1e9,,1,cycles,M2 P,,,,\nload,,~,cycles,M2 P,,,,\nload,,~1-2,cycles,M2 P,,,,\n'
try 'word,form,latency,recip_throughput,note\n1a010000,ADC,1->2:x,1,\nzz,ADC,,1,\n1a010000,ADC,1->2r:1 1->3c:2,1,\n1a010000,ADC,,1,\n'
try '\357\273\277'"$loops\none,1,2,1,2,high,M2,me\n"
# A table that is there already is checked too.
mkdir -p mine
printf 'damaged' >mine/loops.csv
printf '%s\n' $loops one,1,2,1,2,high,M2,me >loops.csv
m2sim measured add --measured mine loops.csv
echo "status $?"
cat mine/loops.csv
