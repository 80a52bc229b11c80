"""Restricted ground entered night after night: the rule, its words for the officer, its scenarios."""
