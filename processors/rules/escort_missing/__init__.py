"""The second read is missing: the rule, its words for the officer, its scenarios."""
