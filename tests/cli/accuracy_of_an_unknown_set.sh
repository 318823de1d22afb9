m2sim accuracy --set everything
