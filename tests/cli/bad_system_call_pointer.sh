# exit(-write(1, 1, 1)): EFAULT is 14
mkelf p d2800020 d2800021 d2800022 d2800808 d4000001 cb0003e0 d2800ba8 d4000001
m2sim run -- ./p
