# A guest that removes the report's name, and puts a file, a link or a folder of its own there, in the folder it works in.
if ! command -v aarch64-linux-gnu-gcc >/dev/null; then
    printf 'a report\nmine\na report\nmine\na report\nearlier\n74\n'   # nothing is tested without a compiler for it
    exit
fi
cat >meddle.c <<'C'
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    unlink(argv[1]);
    if (!strcmp(argv[2], "file"))
        return write(open(argv[1], O_CREAT | O_WRONLY, 0644), "mine", 4) != 4;
    if (!strcmp(argv[2], "link"))
        return symlink(argv[3], argv[1]);
    return mkdir(argv[1], 0755);
}
C
aarch64-linux-gnu-gcc -static -O1 -w -o meddle meddle.c || exit
kind() { grep -q '"instructions"' "$1" && echo a report || cat "$1"; }
mkdir d work
echo mine >outside
cd work
m2sim time --json -o r.json -- ../meddle r.json file && kind r.json
m2sim time --json -o r.json -- ../meddle r.json link ../outside && cat ../outside && kind r.json
# The user's own link says where, and that is settled before the guest runs.
ln -s ../d/real r2.json
m2sim time --json -o r2.json -- ../meddle r2.json link ../outside && cat ../outside && kind ../d/real
# A report that cannot be written leaves the earlier one.
echo earlier >r3.json
(ulimit -f 0; m2sim time --json -o r3.json -- ../meddle none folder) 2>/dev/null || cat r3.json
m2sim time --json -o r4.json -- ../meddle r4.json folder 2>/dev/null || echo $?
ls -A | grep m2sim || :
