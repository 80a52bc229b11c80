"""What the plain pages of all parts share."""
