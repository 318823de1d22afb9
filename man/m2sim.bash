# Completion of m2sim for bash: `m2sim complete` says what the words may become.
_m2sim()
{
    local k line before words=()
    # Bash cuts words at '=': put them together again.
    for ((k = 1; k <= COMP_CWORD; k++)); do
        if [[ ${#words[@]} -gt 0 && ( ${COMP_WORDS[k]} == = || ${words[-1]} == *= ) ]]; then
            words[-1]+=${COMP_WORDS[k]}
        else
            words+=("${COMP_WORDS[k]}")
        fi
    done
    local word=${words[-1]} last=${COMP_WORDS[COMP_CWORD]}
    [[ $last == = ]] && last=
    before=${word%"$last"}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :file) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$last"); compopt -o filenames ;;
            :folder) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$last"); compopt -o filenames ;;
            *) line=${line%%$'\t'*}
               COMPREPLY+=("${line#"$before"}")
               [[ $line == *= ]] && compopt -o nospace ;;
        esac
    done < <("$1" complete -- "${words[@]}" 2>/dev/null)
}
complete -F _m2sim m2sim
