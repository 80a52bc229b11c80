"""Passages in and out by gate."""
