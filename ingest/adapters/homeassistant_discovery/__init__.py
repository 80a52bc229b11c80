"""Home Assistant discovery: see README.md in this folder."""
