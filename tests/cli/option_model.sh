# The detailed model alone can say how full the structures were.
mkelf p d2807d00 f1000400 54ffffe1 d2800000 d2800ba8 d4000001
for model in fast detailed; do
    m2sim time --model $model --json --no-host -- ./p 2>report
    echo "$model: $(grep -c '"structures"' report)"
done
for model in fast detailed; do
    m2sim profile --model $model -- ./p 2>&1 | grep -o "$model model"
    m2sim pipeline --model $model -o - -- ./p | grep -o "$model model"
    m2sim explain --model $model --what-if loads -- ./p 2>&1 | grep -o '[a-z]* model$\|time .*'
done
m2sim time --model detialed -- ./p
echo "status $?"
for model in fast detailed; do
    m2sim accuracy --model $model --suite instructions --core m1-icestorm --every 400 --json | grep '"model"'
done
m2sim calibrate --dry-run --suite sequences --every 64 --cache answers --model detailed | grep -o 'detailed model'
