m2sim accuracy --suite everything
