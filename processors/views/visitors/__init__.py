"""Visitors inside, and those not out."""
