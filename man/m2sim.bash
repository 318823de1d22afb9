# Completion of m2sim for bash: commands and options are those that m2sim's own help lists.
_m2sim()
{
    local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} k
    COMPREPLY=()
    for ((k = 2; k < COMP_CWORD; k++)); do
        if [[ ${COMP_WORDS[k]} == -- ]]; then   # the guest's command line
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
        fi
    done
    if ((COMP_CWORD == 1)) || [[ $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "help $(m2sim help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W \
            "$(m2sim help "$command" 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _m2sim m2sim
