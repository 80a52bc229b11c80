"""Attacks that were tried, and who may use what, said a second time."""
