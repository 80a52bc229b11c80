"""A visitor did not leave: the rule, its words for the officer, its scenarios."""
