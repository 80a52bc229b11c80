"""Tailing through a barrier: the rule, its words for the officer, its scenarios."""
