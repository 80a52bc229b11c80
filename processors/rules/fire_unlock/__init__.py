"""Fire unlock: the rule, its words for the officer, its scenarios."""
