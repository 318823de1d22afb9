# ".." in an absolute path to a program that lies outside the working directory, also behind a link.
mkdir -p a/b c/d e/f
mkelf e/f/p
ln -s "$PWD/e/f" a/link
here=$PWD
cd c/d
m2sim run -- "$here/a/b/../../e/f/p"; echo $?
m2sim run -- "$here/a/link/../f/p"; echo $?
m2sim run -- ../../e/f/p; echo $?
m2sim run --root "$here/a" -- "$here/c/../e/f/p"; echo $?
ln -s "$here/c" "$here/way"
cd "$here/way/d"
m2sim run -- ../../e/f/p; echo $?
