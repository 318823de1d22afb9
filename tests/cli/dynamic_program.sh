# Two headers, the second turned into PT_INTERP (3) that names the bytes "/ld" and a zero.
mkelf p phnum=2 0x00646c2f
printf '\003' | dd of=p bs=1 seek=120 conv=notrunc 2>/dev/null
printf '\260\0\0\0\0\0\0\0' | dd of=p bs=1 seek=128 conv=notrunc 2>/dev/null
printf '\004\0\0\0\0\0\0\0' | dd of=p bs=1 seek=152 conv=notrunc 2>/dev/null
m2sim run -- ./p
