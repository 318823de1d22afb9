# m2sim waits for a debugger on a free port; this one reads why the program stands, then kills it.
mkelf p
for command in run time profile; do
    m2sim $command -q --gdb 0 -- ./p 2>said &
    timeout 20 sh -c 'until grep -q "waiting for gdb" said; do sleep 0.05; done'
    python3 - "$(sed -n 's/.*127.0.0.1:\([0-9]*\).*/\1/p' said)" <<'P'
import socket, sys
s = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 20)
s.sendall(b'$?#3f')
got = b''
while b'#' not in got:
    got += s.recv(100)
print(got.decode())
s.sendall(b'+$k#6b')
P
    wait $!
    echo "status $?"
done
