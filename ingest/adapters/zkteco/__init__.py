"""ZKTeco terminals and panels: the push bodies of one, the binary and text records of the other."""
