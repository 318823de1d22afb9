# What no measured row decides has a reason; what one decides is its sibling.
m2sim isa | grep '^assumed, BF16'
m2sim isa --json | grep -A7 '"name": "ST4_post"' | grep -o '"timed_as": "[^"]*"'
m2sim isa | awk '$4 == "assumed" { n++ } END { print n }'
