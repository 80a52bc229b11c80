"""Help button: the rule, its words for the officer, its scenarios."""
