"""Device tampered: the rule, its words for the officer, its scenarios."""
