# A path that a core file extends is one from its folder, wherever m2sim runs; so is what calibrate writes.
mkdir -p cores/mine away
printf 'extends: m2-avalanche\nrob:\n  groups: 100\n' >cores/base.yaml
printf 'extends: ../base.yaml\n' >cores/mine/one.yaml
printf 'extends: ./one.yaml\n' >cores/mine/two.yaml
printf 'extends: one.yaml\n' >cores/mine/three.yaml
printf "extends: $PWD/cores/mine/two.yaml\n" >cores/mine/four.yaml
printf 'extends: ./none.yaml\n' >cores/mine/five.yaml
printf 'rob:\n  groups: 300\n' >one.yaml   # not that one
for core in cores/mine/one.yaml ./cores/mine/two.yaml cores/mine/three.yaml cores/mine/four.yaml; do
    m2sim config show --core $core | grep -oE '^core.rob.groups +[0-9]+'
done
m2sim config show --core cores/mine/five.yaml
echo "status $?"
m2sim calibrate --suite sequences --every 32 --folds 1 --trajectories 1 --global 2 --local 2 --cache answers \
    --parameters forward.latency --core cores/mine/two.yaml -o away/fit.yaml >/dev/null
m2sim config show --core away/fit.yaml | grep -oE '^core.rob.groups +[0-9]+'
(cd cores && m2sim config show --core ../away/fit.yaml | grep -oE '^core.rob.groups +[0-9]+')
