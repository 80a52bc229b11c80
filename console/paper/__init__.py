"""Papers, visits, handovers, the months' figures, the wall, and how good the alerts are."""
