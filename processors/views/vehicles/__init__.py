"""Vehicles inside, and bays free."""
