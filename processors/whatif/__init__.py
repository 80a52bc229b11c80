"""Questions to the log: what would have rung, why did nothing, and what would another rule do."""
