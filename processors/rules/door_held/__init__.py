"""Door held open: the rule, its words for the officer, its scenarios."""
