"""A device gone silent: the rule, its words for the officer, its scenarios."""
