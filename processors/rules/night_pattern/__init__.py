"""Somebody comes night after night: the rule, its words for the officer, its scenarios."""
