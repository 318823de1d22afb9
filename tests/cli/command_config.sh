m2sim config show | grep -E '^core\.(rob\.groups|l1d\.size|branch\.predictor) '
m2sim config
echo "status $?"
m2sim config shwo
echo "status $?"
m2sim config --help | head -1
