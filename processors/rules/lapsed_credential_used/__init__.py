"""Granted after its end: the rule, its words for the officer, its scenarios."""
