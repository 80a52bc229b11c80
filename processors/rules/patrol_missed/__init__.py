"""A patrol was not read in its slot: the rule, its words for the officer, its scenarios."""
