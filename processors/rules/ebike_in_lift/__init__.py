"""An e-bike in a lift: the rule, its words for the officer, its scenarios."""
