a=0 b=1 n=0
while [ $n -lt 40 ]; do t=$((a + b)); a=$b; b=$t; n=$((n + 1)); echo $a; done
f() { [ "$1" -le 1 ] && return 0; f $(($1 - 1)); printf '%s ' "$1"; }
f 9; echo
while read -r line; do echo "<$line>"; done < text.txt
x=abcabc; echo "${x#*b} ${x%%b*} ${y:-none}"
case $x in a*) echo starts ;; esac
trap 'echo caught' USR1; kill -USR1 $$; echo after
(exit 3); echo $?
echo piped | { read -r w; echo "got $w"; }
for f in *.txt; do echo "$f"; done
