# What the shells are told: commands, options, values, the files of a program's command line.
words() {
    m2sim complete -- "$@" | cut -f1 | tr '\n' ' '
    echo
}
words ''
words t
words help is
words time --m
words time --model ''
words time --model=d
words time --core m2-
words time --set core.branch.pred
words time --set core.branch.predictor=
words time --set=core.l2.replacement=l
words run --exec ''
words run -- ''
words run ./a.out --m
words run --root ''
words accuracy --suite loops,k
words bench --modes ''
words bench --clock ''
words config ''
words measured ''
words measured check ''
words frobnicate ''
m2sim complete -- time --model fa
# And bash, asking so.
[ -x /bin/bash ] || exit
bash -c '
. "$0" || exit
shopt -u progcomp_alias
ask() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _m2sim m2sim "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
    echo "${COMPREPLY[@]}"
}
ask m2sim ti
ask m2sim time --mod
ask m2sim time --model = de
ask m2sim time --set core.branch.predictor =
ask m2sim time --set = core.branch.predictor = gs
' "$CLI_SOURCE/man/m2sim.bash"
