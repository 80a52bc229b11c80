"""A home used otherwise than registered: the rule, its words for the officer, its scenarios."""
