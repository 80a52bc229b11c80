"""Not the holder, the device says: the rule, its words for the officer, its scenarios."""
