# Each kind of file that is no AArch64 program is named, and what to do about it.
printf '\317\372\355\376\014\000\000\001' >mac-arm64
printf '\317\372\355\376\007\000\000\001' >mac-x86
printf '\312\376\272\276\000\000\000\002' >mac-fat
printf '\312\376\272\276\000\000\000\064' >java
printf 'MZ\220\000' >windows
printf '!<arch>\n' >archive
printf '\000asm\001\000\000\000' >wasm
mkelf arm32 bits=1 machine=40
mkelf x86 machine=62
mkelf core type=4
mkelf object type=1
mkelf library type=3 entry=0
for f in mac-arm64 mac-x86 mac-fat java windows archive wasm arm32 x86 core object library; do
    m2sim run -- ./$f
    [ $? = 65 ] || echo $f: not 65
done
