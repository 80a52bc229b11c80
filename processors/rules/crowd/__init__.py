"""Many people in one place: the rule, its words for the officer, its scenarios."""
