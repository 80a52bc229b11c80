"""A hit of the watch list: the rule, its words for the officer, its scenarios."""
