"""Door opened without a grant: the rule, its words for the officer, its scenarios."""
