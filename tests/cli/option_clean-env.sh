# What ends a loop of 1000 is exit(sp >> 4): the same wherever the program lies and whatever is set around it.
mkelf p d2807d00 f1000400 54ffffe1 910003e0 d344fc00 d2800ba8 d4000001
mkdir -p a a_folder_with_a_name_as_long_as_anybody_may_choose_for_the_place_of_programs/b
cp p a
cp p a_folder_with_a_name_as_long_as_anybody_may_choose_for_the_place_of_programs/b
(cd a && env -i PATH="$PATH" m2sim time --clean-env --json --no-host -- ./p x 2>../first; echo $? >>../first)
(cd a_folder*/b && LONG=$(seq 1000) m2sim time --clean-env --json --no-host -- ./p x 2>../../second; echo $? >>../../second)
cmp first second && grep -c environment_digest first
m2sim time --clean-env --json --no-host -- "$PWD"/a_folder*/b/p x 2>third; echo $? >>third
grep -v '"command"\|"program"' first >a/1
grep -v '"command"\|"program"' third >a/3
cmp a/1 a/3 && echo same
# A variable and a seed are part of the environment; so is a name.
for more in --env=A=1 --seed=2; do
    m2sim time --clean-env --json --no-host $more -- a/p x 2>other
    cmp -s first other || grep environment_digest other | cmp -s - a/1 || echo $more: another
done
# `run` too: exit(sp >> 4) again, with an environment and without.
(LONG=$(seq 1000) m2sim run --clean-env -- a/p x; echo $?) >one
(env -i PATH="$PATH" m2sim run --clean-env -- a/p x; echo $?) >two
cmp one two && echo the same
(LONG=$(seq 1000) m2sim profile --clean-env --json -o three -- a/p x; env -i PATH="$PATH" m2sim profile --clean-env --json -o four -- a/p x)
sed 's/"command".*//' three >3
(LONG=$(seq 1000) m2sim pipeline --clean-env -o p1 -- a/p x; m2sim pipeline --clean-env -o p2 -- a/p x; cmp p1 p2 && echo and its pipeline)
sed 's/"command".*//' four | cmp - 3 && echo and its profile
(LONG=$(seq 1000) m2sim explain --what-if none --clean-env -o five -- a/p x; env -i PATH="$PATH" m2sim explain --what-if none --clean-env -o six -- a/p x)
cmp five six && echo and its losses
m2sim run --clean-env -- ./missing
