# A shell names m2sim in the variable _: the guest's stack must not hold it. What ends a loop of 1000 is exit(sp).
mkelf p d2807d00 f1000400 54ffffe1 910003e0 d2800ba8 d4000001
mkdir a_folder_with_a_name_as_long_as_it_may_be_in_the_place_where_somebody_builds
cp "$(command -v m2sim)" a_folder_with_a_name_as_long_as_it_may_be_in_the_place_where_somebody_builds/
env _=m2sim m2sim time --json --no-host -- ./p 2>first
first=$?
env _=/a/much/longer/name/of/the/simulator m2sim time --json --no-host -- ./p 2>second
[ $first = $? ] && cmp first second
here=$PWD/a_folder_with_a_name_as_long_as_it_may_be_in_the_place_where_somebody_builds
"$here/m2sim" run -- ./p
[ $first = $? ] && echo same
