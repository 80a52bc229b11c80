"""A camera that sees nothing: the rule, its words for the officer, its scenarios."""
