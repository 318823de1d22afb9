m2sim --version
