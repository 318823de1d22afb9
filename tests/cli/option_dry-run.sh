# What would be done; nothing is fitted, no file written.
m2sim calibrate --dry-run --suite sequences --every 32 --parameters forward.latency,forward.narrow --cache answers \
    --local 10 --global 20 --folds 3 --trajectories 4 -o fit.yaml | sed 's/: [0-9.]* s, [0-9.]* s of CPU/: S s, C s of CPU/; s/: [0-9.]* minutes/: M minutes/'
ls fit.yaml 2>&1 | sed 's/.*: //'
m2sim calibrate --dry-run --suite sequences --every 32 --cache answers --json | grep -oE '"(cpu_)?seconds"'
