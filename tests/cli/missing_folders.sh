# Folders of the command line that are not there: no input, and which option named them.
mkelf p
: >file
for words in '--root none' '--root file' '--allow none' '--allow-read none/p'; do
    m2sim run $words -- ./p 2>&1 | sed "s|$PWD/||"
    m2sim time $words -- ./p 2>/dev/null
    echo "status $?"
done
m2sim accuracy --guests none
echo "status $?"
m2sim accuracy -o file/plots/
echo "status $?"
