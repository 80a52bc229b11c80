"""Smoke or gas: the rule, its words for the officer, its scenarios."""
