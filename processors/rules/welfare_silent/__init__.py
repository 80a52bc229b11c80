"""A home in care falls silent: the rule, its words for the officer, its scenarios."""
