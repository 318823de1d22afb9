mkdir d
m2sim run -- ./d
