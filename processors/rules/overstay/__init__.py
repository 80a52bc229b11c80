"""A vehicle inside for too long: the rule, its words for the officer, its scenarios."""
