"""A device tells old news: the rule, its words for the officer, its scenarios."""
