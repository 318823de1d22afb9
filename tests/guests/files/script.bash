declare -A count; declare -a list=("$@")
for w in "${list[@]}" one; do ((count[$w]++)); done
for w in $(printf '%s\n' "${!count[@]}" | while read -r l; do echo "${l// /_}"; done); do :; done
printf '%s\n' "${#count[@]}" "${list[1]^^}" "${list[@]:1}"
if [[ "abc123" =~ ([a-z]+)([0-9]+) ]]; then echo "${BASH_REMATCH[2]}"; fi
mapfile -t lines < words.txt; echo "${#lines[@]} ${lines[10]}"
IFS=: read -r a b c <<< "x:y:z"; echo "$c$b$a"
cat() { while IFS= read -r l; do echo "$l"; done; }
cat <<EOF
here ${#a} $((0x1f + 8#17))
EOF
coproc { read -r q; echo "<$q>"; }; echo hello >&"${COPROC[1]}"; read -r r <&"${COPROC[0]}"; echo "$r"
set -o pipefail; false | true; echo $?
printf -v n '%08.3f' 3.14159; echo "$n"
select x in p q; do echo "$x"; break; done <<< 2 2>/dev/null
