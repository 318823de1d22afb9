# exit(-connect(socket(AF_INET, SOCK_DGRAM, 0), 192.0.2.1:9)): ENETUNREACH (101), or what the host says.
mkelf p d2800040 d2800041 d2800002 d28018c8 d4000001 100000e1 d2800202 d2801968 d4000001 cb0003e0 d2800ba8 d4000001 09000002 010200c0 00000000 00000000
host=$(python3 -c "import socket; print(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect_ex(('192.0.2.1', 9)))")
for command in run time profile pipeline 'explain --what-if none'; do
    m2sim $command -q -- ./p
    echo "without: $?"
    m2sim $command -q --allow-net -- ./p
    [ $? -eq $host ] && echo "with: as the host"
done
