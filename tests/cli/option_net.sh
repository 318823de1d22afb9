# exit(-connect(socket(AF_INET, SOCK_STREAM), 127.0.0.1:PORT)), where somebody listens on the host:
# 0 of the host's loopback, else ECONNREFUSED (111), or of no socket EBADF (9).
python3 -c '
import signal, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(64)
open("port.part", "w").write("%08x" % int.from_bytes(b"\2\0" + s.getsockname()[1].to_bytes(2, "big"), "little"))
__import__("os").rename("port.part", "port")
signal.pause()' &
until [ -e port ]; do sleep 0.05; done
mkelf p d2800040 d2800021 d2800002 d28018c8 d4000001 100000e1 d2800202 d2801968 d4000001 cb0003e0 d2800ba8 d4000001 $(cat port) 0100007f 00000000 00000000
private=111
m2sim run --net private -- ./p 2>&1 | grep -q 'permits no network' && private=70
for command in run time profile pipeline 'explain --what-if none'; do
    for net in loopback none private; do
        m2sim $command -q --net $net -- ./p 2>err
        status=$?
        [ $net != private ] || [ $status -ne $private ] || status='as the host permits'
        echo "$command, $net: $status"
    done
done
kill $!
# exit(-socket(AF_INET, SOCK_STREAM)): EAFNOSUPPORT
mkelf q d2800040 d2800021 d2800002 d28018c8 d4000001 cb0003e0 d2800ba8 d4000001
m2sim run --net none -- ./q
echo "status $?"
# A host that permits none.
unshare -r true 2>err || { echo 'status 70'; echo "m2sim: --net private: this host permits no network of one's own: No" >err; }
[ -s err ] || unshare -r sh -c 'echo 0 >/proc/sys/user/max_net_namespaces && m2sim run --net private -- ./q' 2>err || { [ $? -eq 70 ] && echo "status 70"; }
cut -c 1-68 err
m2sim run --net all -- ./q
m2sim run --net none --allow-net -- ./q
echo "status $?"
