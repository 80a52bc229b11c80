"""Homes in use, by what was read at their doors."""
