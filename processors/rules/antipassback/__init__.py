"""In twice without out: the rule, its words for the officer, its scenarios."""
