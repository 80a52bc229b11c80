"""Into one area twice within minutes: the rule, its words for the officer, its scenarios."""
