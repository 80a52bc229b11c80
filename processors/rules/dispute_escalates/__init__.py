"""A quarrel between two homes grows: the rule, its words for the officer, its scenarios."""
