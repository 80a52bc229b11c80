"""A lost, expired or blocked credential: the rule, its words for the officer, its scenarios."""
