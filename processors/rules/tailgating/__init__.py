"""Tailgating through a door: the rule, its words for the officer, its scenarios."""
