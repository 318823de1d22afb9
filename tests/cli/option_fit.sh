# How sure parameters are: of any core, of a file's own section, and of what --set gave.
# Of cores of this transcript alone: what is known of those of m2sim grows.
cat >base.yaml <<'YAML'
name: base
branch: { penalty: 12, override: 2 }
l2: { latency: 17.3 }
dram: { latency: 100 }
YAML
cat >mine.yaml <<'YAML'
extends: ./base.yaml
name: mine
fit:
  branch: { penalty: [11, 13, 0.6], override: [1, 3, 0.5] }   # by hand
  correlations: [[branch.penalty, branch.override, -0.4]]
  discrepancy: { fast: 0.08 }
  fitted_with: nothing
YAML
m2sim config show --fit --core ./base.yaml --set core.rob.groups=400 | grep -E '^core.(branch.penalty|rob.groups|l1d.line|l2.latency) |^# [a-z]* '
m2sim config show --fit --core ./mine.yaml | grep -E '^core.(branch.penalty|branch.override|l2.latency) |^# [a-z]* '
# A round number is one.
m2sim config show --fit --core ./base.yaml | grep -E '^core.dram.latency '
m2sim config show --set core.dram.latency=1200 | grep -oE '^core.dram.latency +[^ ]+'
m2sim config show --json --core ./mine.yaml | python3 -c "
import json, sys
all = json.load(sys.stdin)
print(all['fit'], {k: v for k, v in all['parameters']['core.branch.penalty']['fit'].items() if k != 'file'})"
# Who extends it has what it says, but for what they say themselves.
printf 'extends: ./mine.yaml\nfit: { discrepancy: { detailed: 0.3 } }\n' >more.yaml
m2sim config show --fit --core ./more.yaml | grep -E '^core.branch.override |^# [a-z]* '
# The section is no part of what is timed, and a bad one is refused by one line.
sed '/^fit/,$d' mine.yaml >bare.yaml
m2sim config show --core ./bare.yaml | head -1 >digest
m2sim config show --core ./mine.yaml | head -1 | cmp - digest
while read -r line; do
    printf 'fit:\n  %s\n' "$line" >bad.yaml
    m2sim config show --core ./bad.yaml
    echo "status $?"
done <<'LINES'
branch: { penalty: [13, 15, 1] }
branch: { penalty: [10, 15, .inf] }
branch: { penalty: [10, 15, *x] }
l1d: { line: 3 }
discrepancy: -0.1
correlations: [[branch.penalty, branch.override, 2]]
correlations: [[l1d.misses, l2.misses, 0.9], [l2.misses, l1i.misses, 0.9], [l1i.misses, l1d.misses, -0.9]]
LINES
