set pagination off
set confirm off
set width 0
echo -- break\n
break leaf
continue
backtrace
print n
print *p
print $x0
print/x $cpsr & 0
info registers fpcr
x/2i $pc
info threads
echo -- step\n
step
next
finish
echo -- watch\n
watch watched
continue
print watched
delete
echo -- rwatch\n
rwatch watched
continue
backtrace 1
delete
echo -- signal\n
handle SIGUSR1 stop print pass
continue
break on_usr1
continue
backtrace 1
delete
echo -- change\n
break before
continue
print ratio
set var ratio = 10.5
print $v0.d.f[0] = 2.5
print $v0.d.f[0]
monitor instructions
delete
echo -- hbreak\n
hbreak finished
continue
stepi
echo -- end\n
delete
continue
