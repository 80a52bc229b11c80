"""A device's clock is wrong: the rule, its words for the officer, its scenarios."""
