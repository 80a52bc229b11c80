"""The versions of the console's tables, each a step from the one before."""
