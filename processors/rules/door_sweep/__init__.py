"""One credential refused at door after door: the rule, its words for the officer, its scenarios."""
