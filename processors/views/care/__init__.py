"""Homes enrolled in care."""
