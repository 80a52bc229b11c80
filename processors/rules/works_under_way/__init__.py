"""Works under way: the rule, its words for the officer, its scenarios."""
