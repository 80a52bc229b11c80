"""Something fell past a facade: the rule, its words for the officer, its scenarios."""
