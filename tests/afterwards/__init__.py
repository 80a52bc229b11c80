"""The judge of late events."""
