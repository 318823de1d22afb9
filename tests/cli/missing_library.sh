# A dynamic linker that opens libsum.so.1 and, when there is none, exits with 127 as glibc's does.
loader() {
    mkelf "$1" type=3 vaddr=0 entry=0x78 10000101 92800c60 d2800002 d2800708 d4000001 d2800fe0 d2800bc8 d4000001 \
        7362696c 732e6d75 00312e6f
}
# Two headers, the second turned into PT_INTERP (3) that names the bytes "/ld" and a zero.
mkelf p phnum=2 0x00646c2f
printf '\003' | dd of=p bs=1 seek=120 conv=notrunc 2>/dev/null
printf '\260\0\0\0\0\0\0\0' | dd of=p bs=1 seek=128 conv=notrunc 2>/dev/null
printf '\004\0\0\0\0\0\0\0' | dd of=p bs=1 seek=152 conv=notrunc 2>/dev/null
mkdir root
m2sim run -- ./p; echo $?
m2sim run --root root -- ./p; echo $?
loader root/ld
m2sim run --root root -- ./p; echo $?
m2sim run --root root --quiet -- ./p; echo $?
