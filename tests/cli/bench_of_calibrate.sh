# It times one iteration of calibrate, and runs only when it is named.
[ -d "$CLI_SOURCE/out/guest/O2" ] || { echo 'no guests (bench/guest/build)' >&2; exit 77; }
m2sim bench --guests "$CLI_SOURCE/out/guest" --modes calibrate --quick -r 1 --json -o bench
python3 -c "
import json
[mode] = json.load(open('bench'))['modes']
[row] = mode['programs']
print(mode['mode'], row['program'], 'instructions:', row['instructions'] > 1e6, 'time:', 0 < row['seconds'] < 60)
print('speed is work over time:', abs(row['instructions'] / row['seconds'] / 1e6 / row['mips'] - 1) < 0.01)"
