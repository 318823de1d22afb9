m2sim accuracy --set loops --guests ./none
