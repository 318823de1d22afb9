m2sim config show --core m9
