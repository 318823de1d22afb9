# Where each value comes from; the line named is the one that holds the key, wherever the file's own comments move it.
m2sim config show --origin --set core.rob.groups=400 | grep -E '^core.(rob.groups|clock.mhz|name) ' |
    sed -E 's/ [^ ]*cores/ cores/; s/yaml:[0-9]+/yaml:LINE/'
m2sim config show --origin | sed -nE 's/^core\.(name|clock\.mhz) .*# ([^ :]*):([0-9]+).*/\1 \3 \2/p' |
    while read -r key line file; do
        sed -n "${line}p" "$file" | grep -oE "^ *${key##*.}:"
    done
