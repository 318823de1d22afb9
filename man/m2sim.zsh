#compdef m2sim
# Completion of m2sim for zsh: `m2sim complete` says what the words may become.
local line word meaning files
local -a plain open plain_meanings open_meanings
for line in "${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
        '') ;;
        :file) files=1 ;;
        :folder) files=folders ;;
        *)  word=${line%%$'\t'*} meaning=
            [[ $line == *$'\t'* ]] && meaning=" -- ${line#*$'\t'}"
            if [[ $word == *= ]]; then
                open+=("$word") open_meanings+=("$word$meaning")
            else
                plain+=("$word") plain_meanings+=("$word$meaning")
            fi ;;
    esac
done
(( $#open )) && compadd -l -d open_meanings -S '' -a open
(( $#plain )) && compadd -l -d plain_meanings -a plain
case $files in
    1) _files ;;
    folders) _files -/ ;;
esac
