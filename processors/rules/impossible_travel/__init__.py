"""At two places too soon: the rule, its words for the officer, its scenarios."""
