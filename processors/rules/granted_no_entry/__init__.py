"""Granted and nobody went in: the rule, its words for the officer, its scenarios."""
