"""An e-bike left in a stairwell: the rule, its words for the officer, its scenarios."""
