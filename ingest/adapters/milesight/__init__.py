"""Milesight plate cameras: their webhook, and the list they give when asked."""
