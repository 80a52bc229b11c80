"""A duress code: the rule, its words for the officer, its scenarios."""
