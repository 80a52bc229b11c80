"""Things left in an exit route: the rule, its words for the officer, its scenarios."""
