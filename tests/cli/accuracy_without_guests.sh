mkdir none
m2sim accuracy --suite loops --guests ./none
